using System.CommandLine;
using Pipeline.Sandbox.Apis;
using Pipeline.Sandbox.Apis.GoogleAds;

namespace Pipeline.Sandbox.Verbs;

/// <summary><c>sandbox apis</c>: the providers' HTTP APIs in the foreground, until SIGTERM or SIGINT.</summary>
internal static class ApisVerb
{
    public static Command Create()
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Address to listen at; port 0 takes a free one.",
            DefaultValueFactory = _ => "http://127.0.0.1:0",
        };
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder of the sample accounts; the ones beside the program when absent." };
        var portFile = new Option<FileInfo?>("--port-file") { Description = "File that gets the address when the APIs answer." };
        var keyFile = new Option<FileInfo?>("--key-file") { Description = "File that gets a key of Google's service account, for BigQuery." };
        var verb = new Command("apis", "Plays the APIs of Facebook Ads, Google Ads, CleverTap and BigQuery, and prints the address they are at.")
        {
            urls, data, portFile, keyFile,
        };
        verb.SetAction((parsed, stopping) => RunAsync(
            parsed.GetRequiredValue(urls), parsed.GetValue(data)?.FullName ?? ApisServer.SampleData, parsed.GetValue(portFile), parsed.GetValue(keyFile), stopping));
        return verb;
    }

    private static async Task<int> RunAsync(string urls, string data, FileInfo? portFile, FileInfo? keyFile, CancellationToken stopping)
    {
        try
        {
            await using var server = await ApisServer.StartAsync(urls, data, TimeProvider.System, stopping);
            var address = server.Address.ToString();
            Console.WriteLine(address);
            if (keyFile is not null) ServiceAccountKey.Write(keyFile.FullName);
            if (portFile is not null) ReadyFile.Write(portFile.FullName, address);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UriFormatException or FormatException)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }
}

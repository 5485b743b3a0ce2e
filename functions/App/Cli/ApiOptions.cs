using System.CommandLine;
using Pipeline.Domain.Failures;

namespace Pipeline.App.Cli;

/// <summary>Where the running app is and with which key it is asked; settings of the embedded host where the options are left
/// out.</summary>
internal sealed class ApiOptions
{
    private const string DefaultUrl = "http://127.0.0.1:7071";

    /// <summary>The app's address.</summary>
    public Option<string?> Url { get; } = Address();

    /// <summary>The function key.</summary>
    public Option<string?> KeyFile { get; } =
        new("--key-file") { Description = "File with the function key; LocalHost:Keys:default without it." };

    /// <summary>The app's API.</summary>
    /// <exception cref="TerminalException">The key's file cannot be read, or the key would leave this machine in the clear.</exception>
    public AppApi Open(ParseResult result)
    {
        var settings = CommandLine.Settings();
        var listening = (settings["LocalHost:Urls"] ?? DefaultUrl).Split(';')[0].Trim();
        var text = result.GetValue(Url) ?? listening.Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal);
        var address = Parse(text) ?? throw new TerminalException("LocalHost:Urls is no address; write one in --url.");
        var configured = settings["LocalHost:Keys:default"] ?? settings["LocalHost:Keys:master"];
        var key = result.GetValue(KeyFile) is { } file ? Read(file) : configured;
        if (key is not null && address is { Scheme: "http", IsLoopback: false })
            throw new TerminalException($"{address} is not encrypted and would show the key to everybody on the way; use https.");
        return new(address, key);
    }

    private static Option<string?> Address()
    {
        var url = new Option<string?>("--url") { Description = $"Where the app answers; LocalHost:Urls, or {DefaultUrl}, without it." };
        url.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && Parse(text) is null)
                result.AddError($"--url '{text}' is no address; write https://….");
        });
        return url;
    }

    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TerminalException($"--key-file '{file}' cannot be read: {error.Message}", error);
        }
    }
}

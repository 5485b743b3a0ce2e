using System.Diagnostics;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>The program on a machine that has no settings for it.</summary>
internal sealed class BareProgram : IDisposable
{
    /// <summary>The folder it runs in.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("pipeline-bare-").FullName;

    /// <summary>Runs a verb.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var verb = Process.Start(new ProcessStartInfo("dotnet", [Repository.Built("functions/App", "pipeline.dll"), .. arguments])
        {
            WorkingDirectory = Home, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = verb.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await verb.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verb.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (verb.ExitCode, output, await errors);
    }

    public void Dispose() => Directory.Delete(Home, recursive: true);
}

using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Pipeline.LocalHost.Hosting;

namespace Pipeline.Tests.Conformance.Functions;

/// <summary>An app in a program of its own, with a function that does not end: the test watches how the program ends.</summary>
public sealed class StuckProgram
{
    /// <summary>The verb of the test program that runs it.</summary>
    public const string Verb = "stuck";

    /// <summary>Runs the app; returns the program's exit code.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        var builder = new FunctionsApplicationBuilder([], new AppSource(folder, [typeof(StuckProgram)]));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["LocalHost:Urls"] = "http://127.0.0.1:0" });
        using var app = builder.Build();
        await app.RunAsync();
        return Environment.ExitCode;
    }

    [Function("stuck")]
    public static void Stuck([TimerTrigger("1.00:00:00", RunOnStartup = true, UseMonitor = false)] TimerInfo timer)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(Timeout.Infinite, CancellationToken.None);
    }
}

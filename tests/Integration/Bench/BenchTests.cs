using System.Diagnostics;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Bench;

/// <summary>Every scenario of the bench runs, and answers as its peer does.</summary>
public sealed class BenchTests
{
    private static readonly string Peers = Repository.PathOf("tests", "Bench", "peers");
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    [Theory]
    [InlineData("decode")]
    [InlineData("csv")]
    [InlineData("transform")]
    [InlineData("parquet")]
    [InlineData("land")]
    [InlineData("avro")]
    [InlineData("merge")]
    [InlineData("e2e")]
    [InlineData("orchestrate")]
    [InlineData("attribution")]
    public async Task A_scenario_gives_its_peers_answers(string scenario)
    {
        await Installed.Value;
        var (exitCode, output) = await RunAsync(Repository.Built("tests/Bench", "Pipeline.Tests.Bench"), scenario, "--check", "--json");
        Assert.True(exitCode == 0, output);
        Assert.Contains($"{{\"scenario\":\"{scenario}", output);
    }

    [Fact]
    public async Task An_unknown_scenario_is_answered_with_the_known_ones()
    {
        var (exitCode, output) = await RunAsync(Repository.Built("tests/Bench", "Pipeline.Tests.Bench"), "polish");
        Assert.Equal(2, exitCode);
        Assert.Contains("'polish' is no scenario: decode, csv, transform, parquet, land, avro, merge, e2e, pod, orchestrate, attribution", output);
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Peers, "node_modules"))) return;
        var (exitCode, output) = await RunAsync("npm", "install", "--prefix", Peers, "--no-audit", "--no-fund", "--no-save", "--loglevel=error");
        if (exitCode != 0) throw new InvalidOperationException($"npm could not install what the bench is compared with: {output}");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var stopping = TestContext.Current.CancellationToken;
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = child.StandardError.ReadToEndAsync(stopping);
        var output = await child.StandardOutput.ReadToEndAsync(stopping);
        await child.WaitForExitAsync(stopping);
        return (child.ExitCode, output + await errors);
    }
}

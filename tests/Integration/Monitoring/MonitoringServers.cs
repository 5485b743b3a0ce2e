using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>A real Prometheus, with our configuration and rules, scraping one app every three seconds.</summary>
internal sealed class Prometheus : IDisposable
{
    private readonly Process program;
    private readonly string home = Directory.CreateTempSubdirectory("pipeline-prometheus-").FullName;

    public Prometheus(Uri app, string alertmanager)
    {
        Address = $"127.0.0.1:{Ports.Free()}";
        var configuration = File.ReadAllText(Repository.PathOf("infra/monitoring/prometheus.yml"))
            .Replace("127.0.0.1:7071", app.Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:9093", alertmanager, StringComparison.Ordinal)
            .Replace("_interval: 30s", "_interval: 3s", StringComparison.Ordinal)
            .Replace("_timeout: 10s", "_timeout: 3s", StringComparison.Ordinal)
            .Replace("rules/*.yaml", Repository.PathOf("infra/monitoring/rules/*.yaml"), StringComparison.Ordinal);
        var path = Path.Combine(home, "prometheus.yml");
        File.WriteAllText(path, configuration);
        program = ServerPrograms.Start(
            "prometheus", home, $"--config.file={path}", $"--storage.tsdb.path={home}/data", $"--web.listen-address={Address}",
            "--log.level=warn");
    }

    public string Address { get; }

    /// <summary>The values of an expression, by their labels; empty while it does not answer.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(HttpClient http, string expression, CancellationToken stopping)
    {
        try
        {
            var answer = await http.GetStringAsync($"http://{Address}/api/v1/query?query={Uri.EscapeDataString(expression)}", stopping);
            return [.. JsonDocument.Parse(answer).RootElement.GetProperty("data").GetProperty("result").EnumerateArray()];
        }
        catch (HttpRequestException)
        {
            return [];
        }
    }

    public void Dispose() => ServerPrograms.End(program, home);
}

/// <summary>A real Alertmanager with our configuration: its webhook goes to the test, and it waits for no further alerts.</summary>
internal sealed class Alertmanager : IDisposable
{
    private readonly Process program;
    private readonly string home = Directory.CreateTempSubdirectory("pipeline-alertmanager-").FullName;

    public Alertmanager(string receiver)
    {
        Address = $"127.0.0.1:{Ports.Free()}";
        var configuration = File.ReadAllText(Repository.PathOf("infra/monitoring/alertmanager.yml"))
            .Replace("http://alert-receiver.pipeline.svc:8080", receiver, StringComparison.Ordinal)
            .Replace("group_wait: 30s", "group_wait: 0s", StringComparison.Ordinal)
            .Replace("/etc/alertmanager/secrets", home, StringComparison.Ordinal);
        foreach (var secret in (string[])["smtp-password", "pagerduty-key"]) File.WriteAllText(Path.Combine(home, secret), "none");
        File.WriteAllText(Path.Combine(home, "slack-url"), "http://127.0.0.1:1/");
        var path = Path.Combine(home, "alertmanager.yml");
        File.WriteAllText(path, configuration);
        program = ServerPrograms.Start(
            "prometheus-alertmanager", home, $"--config.file={path}", $"--storage.path={home}/data", $"--web.listen-address={Address}",
            "--cluster.listen-address=", "--log.level=warn");
    }

    public string Address { get; }

    public void Dispose() => ServerPrograms.End(program, home);
}

/// <summary>What Alertmanager calls.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly LoopbackServer server;
    private readonly ConcurrentQueue<JsonElement> calls = new();

    public WebhookReceiver() => server = new(
        async call => calls.Enqueue((await JsonDocument.ParseAsync(call.Request.Body, cancellationToken: call.RequestAborted)).RootElement));

    public string Address => server.Address;

    /// <summary>Every alert it was told of.</summary>
    public IReadOnlyList<JsonElement> Alerts => [.. calls.SelectMany(call => call.GetProperty("alerts").EnumerateArray())];

    public void Dispose() => server.Dispose();
}

/// <summary>Starts and ends programs that are servers.</summary>
internal static class ServerPrograms
{
    public static Process Start(string program, string home, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = home };
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" >server.log 2>&1", program, .. arguments]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static void End(Process program, string home)
    {
        program.Kill();
        program.WaitForExit();
        program.Dispose();
        Directory.Delete(home, recursive: true);
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Said) Run(string program, string? input, params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Root, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        run.StandardInput.Write(input);
        run.StandardInput.Close();
        var errors = run.StandardError.ReadToEndAsync();
        var said = run.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        run.WaitForExit();
        return (run.ExitCode, said);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Tests.Servers;

/// <summary>The function app as its own program with a home of its own: started, killed and started again by tests.</summary>
public sealed class FunctionApp : IDisposable
{
    private readonly Dictionary<string, string> settings;
    private readonly HttpClient http;
    private Process? program;

    /// <param name="database">Connection string of the ledger, warehouse and host state.</param>
    /// <param name="brokers">Kafka bootstrap address.</param>
    /// <param name="overrides">Further settings, by environment name (<c>Publish__MaxAge</c>).</param>
    public FunctionApp(string database, string brokers, params (string Name, string Value)[] overrides)
    {
        Home = Directory.CreateTempSubdirectory("pipeline-app-").FullName;
        var port = Ports.Free();
        http = new() { BaseAddress = new($"http://127.0.0.1:{port}") };
        settings = new()
        {
            ["LocalHost__Postgres"] = database,
            ["LocalHost__Urls"] = http.BaseAddress.ToString(),
            ["Ledger__ConnectionString"] = database,
            ["KafkaBrokers"] = brokers,
            ["KafkaGroup"] = "pipeline",
            ["UserActionsTopic"] = "user-actions",
            ["ImpressionsTopic"] = "ad-impressions",
            ["ClicksTopic"] = "clicks",
            ["ConversionsTopic"] = "conversions",
            ["BidRequestsTopic"] = "bid-requests",
            ["Lake__Root"] = Lake,
            ["Segments__Root"] = Path.Combine(Home, "segments"),
            ["Quarantine__Root"] = Path.Combine(Home, "quarantine"),
            ["Quarantine__SealingKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Masking__Keys__1__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Publish__MaxAge"] = "00:00:02",
            ["PublishSchedule"] = "*/1 * * * * *",
            ["DrainSchedule"] = "*/1 * * * * *",
            ["ExtractSchedule"] = "0 0 3 * * *",
            ["AttributeSchedule"] = "0 0 4 * * *",
            ["SweepSchedule"] = "*/5 * * * * *",
            ["HealthSchedule"] = "0 0 5 * * *",
            ["DropSchedule"] = "*/1 * * * * *",
            ["AlertSchedule"] = "*/1 * * * * *",
        };
        foreach (var (name, value) in overrides) settings[name] = value;
    }

    /// <summary>Connection string of its ledger.</summary>
    public string Database => settings["Ledger__ConnectionString"];

    /// <summary>The process id of its present life.</summary>
    public int Id => program!.Id;

    /// <summary>How long anything that is waited for may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>All of its folders.</summary>
    public string Home { get; }

    /// <summary>Root of the lake.</summary>
    public string Lake => Path.Combine(Home, "lake");

    /// <summary>Root of the raw segments.</summary>
    public string Segments => settings["Segments__Root"];

    /// <summary>Root of the quarantine.</summary>
    public string Quarantine => Path.Combine(Home, "quarantine");

    /// <summary>Everything it printed, of all its lives.</summary>
    public string LogPath => Path.Combine(Home, "app.log");

    /// <summary>Starts the program; it may not be ready yet.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Home };
        foreach (var argument in (string[])["-c", "exec dotnet \"$0\" >>\"$1\" 2>&1", Repository.Built("functions/App", "pipeline.dll"), LogPath])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        program = Process.Start(start)!;
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task ReadyAsync(CancellationToken stopping) => await EventuallyAsync(async () =>
    {
        if (program!.HasExited) throw new InvalidOperationException($"The function app ended with exit code {program.ExitCode}:\n{Tail()}");
        try
        {
            return (await http.GetAsync("/health/ready", stopping)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }, stopping);

    /// <summary>kill -9: nothing is flushed, finished or told.</summary>
    public void Kill()
    {
        program!.Kill(entireProcessTree: true);
        program.WaitForExit();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task<int> StopAsync(CancellationToken stopping)
    {
        using var kill = Process.Start("kill", ["-TERM", program!.Id.ToString(CultureInfo.InvariantCulture)]);
        return await ExitAsync(stopping);
    }

    /// <summary>Waits for the end it comes to by itself.</summary>
    public async Task<int> ExitAsync(CancellationToken stopping)
    {
        await program!.WaitForExitAsync(stopping);
        return program.ExitCode;
    }

    /// <summary>Its HTTP API.</summary>
    public HttpClient Http => http;

    /// <summary>Changes a setting; it counts from the next start on.</summary>
    public void Set(string name, string value) => settings[name] = value;

    /// <summary>Its settings, by environment name, as the next start and the next verb have them.</summary>
    public IReadOnlyDictionary<string, string> Settings => settings;

    /// <summary>GET /api/status, of one dataset.</summary>
    public async Task<JsonElement> StatusAsync(string dataset, CancellationToken stopping)
    {
        var answer = await http.GetFromJsonAsync<JsonElement>("/api/status", stopping);
        return answer.GetProperty("datasets").EnumerateArray().Single(one => one.GetProperty("dataset").GetString() == dataset);
    }

    /// <summary>Waits until so many records are landed and everything landed is published and visible.</summary>
    public async Task<JsonElement> SettledAsync(string dataset, long records, CancellationToken stopping)
    {
        var last = default(JsonElement);
        try
        {
            await EventuallyAsync(async () =>
            {
                last = await StatusAsync(dataset, stopping);
                return Count("records_landed") >= records && Count("segments_unpublished") == 0 && Count("publications_open") == 0
                    && Count("objects_unfinished") == 0;
            }, stopping);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{dataset} did not settle at {records} records; its status: {last}\n{Tail()}");
        }

        return last;

        long Count(string name) => last.GetProperty(name).GetInt64();
    }

    /// <summary>Runs a verb of the program with the app's settings.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunVerbAsync(string[] arguments, CancellationToken stopping)
    {
        using var verb = StartVerb(arguments);
        var errors = verb.StandardError.ReadToEndAsync(stopping);
        var output = await verb.StandardOutput.ReadToEndAsync(stopping);
        await verb.WaitForExitAsync(stopping);
        return (verb.ExitCode, output, await errors);
    }

    /// <summary>Starts a verb of the program with the app's settings; whoever does reads what it prints.</summary>
    public Process StartVerb(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Built("functions/App", "pipeline.dll"), .. arguments])
        {
            WorkingDirectory = Home, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The last lines it printed.</summary>
    public string Tail() => File.Exists(LogPath) ? string.Join('\n', File.ReadLines(LogPath).TakeLast(40)) : "(it printed nothing)";

    /// <inheritdoc/>
    public void Dispose()
    {
        if (program is { HasExited: false }) Kill();
        program?.Dispose();
        http.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    /// <summary>Waits for a condition, as long as <see cref="Patience"/>.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> condition, CancellationToken stopping)
    {
        for (var deadline = DateTime.UtcNow + Patience; !await condition(); await Task.Delay(100, stopping))
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"It did not come about within {Patience.TotalMinutes:0} minutes.");
    }
}

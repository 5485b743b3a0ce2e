using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Demo;

/// <summary>infra/local/demo.sh in a home and on ports of its own.</summary>
internal sealed class DemoRun : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-demo-").FullName;

    public string Home => Path.Combine(folder, "home");

    public int Port { get; } = Ports.Free();

    /// <summary>state.json.</summary>
    public JsonElement State => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Home, "state.json"))).RootElement;

    /// <summary>The dataset's part of the last status the demo read.</summary>
    public JsonElement Status => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Home, "run", "status.json"))).RootElement;

    /// <summary>Another dataset's part of it.</summary>
    public JsonElement StatusOf(string dataset) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Home, "run", "all.json"))).RootElement
        .GetProperty("datasets").EnumerateArray().Single(one => one.GetProperty("dataset").GetString() == dataset);

    /// <summary>A file of events below the folder.</summary>
    public string Write(string name, Action<Stream> write)
    {
        var path = Path.Combine(folder, name);
        using var file = File.Create(path);
        write(file);
        return path;
    }

    /// <summary>Runs it to its end.</summary>
    public async Task<(int ExitCode, string Output)> OnceAsync(string events, CancellationToken stopping)
    {
        using var demo = Start(events);
        return await EndAsync(demo, stopping);
    }

    /// <summary>Starts it in a session of its own.</summary>
    public Process Start(string events)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        string[] arguments =
        [
            "bash", "infra/local/demo.sh", "--once", "--home", Home, "--events", events,
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--postgres-port", Ports.Free().ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static async Task<(int ExitCode, string Output)> EndAsync(Process demo, CancellationToken stopping)
    {
        var output = demo.StandardOutput.ReadToEndAsync(stopping);
        var errors = demo.StandardError.ReadToEndAsync(stopping);
        await demo.WaitForExitAsync(stopping);
        return (demo.ExitCode, await output + await errors);
    }

    /// <summary>kill -9 of the script and of everything it started.</summary>
    public void KillEverything(Process demo)
    {
        demo.Kill();
        var pids = Directory.GetFiles(Path.Combine(Home, "run"), "*.pid").Select(file => File.ReadAllText(file).Split(' ')[0])
            .Append(File.ReadLines(Path.Combine(Home, "postgres", "postmaster.pid")).First());
        using var kill = Process.Start("kill", ["-9", .. pids]);
        kill.WaitForExit();
        demo.WaitForExit();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

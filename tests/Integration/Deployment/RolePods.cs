using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Deployment;

/// <summary>The roles of infra/kubernetes, each a program of its own with the settings its pod has and secrets in files.</summary>
internal sealed partial class RolePods : IDisposable
{
    private const string NoDatabase = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";

    private readonly string shared = Directory.CreateTempSubdirectory("pipeline-roles-").FullName;

    /// <param name="database">Connection string of the ledger, which only the secret files have.</param>
    public RolePods(string database)
    {
        var folder = Directory.CreateDirectory(Path.Combine(shared, "secrets")).FullName;
        foreach (var name in (string[])["Ledger__ConnectionString", "LocalHost__Postgres"])
            File.WriteAllText(Path.Combine(folder, name), database + "\n");
        foreach (var name in (string[])["Quarantine__SealingKey", "Masking__Keys__1__Key"])
            File.WriteAllText(Path.Combine(folder, name), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        foreach (var name in (string[])["default", "system", "master"]) File.WriteAllText(Path.Combine(folder, $"LocalHost__Keys__{name}"), name);
    }

    /// <summary>Every role.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["streams", "orchestration", "http"];

    /// <summary>Starts a role; its stores are folders that all of them share.</summary>
    public FunctionApp Start(string role, string brokers, params (string Name, string Value)[] overrides)
    {
        var app = Prepare(role, brokers, overrides);
        app.Start();
        return app;
    }

    /// <summary>A role that is not started: what verbs run with.</summary>
    public FunctionApp Prepare(string role, string brokers, params (string Name, string Value)[] overrides)
    {
        var app = new FunctionApp(NoDatabase, brokers);
        var address = app.Http.BaseAddress!.ToString();
        foreach (var (name, value) in Settings(role)) app.Set(name, value);
        app.Set("LocalHost__Urls", address);
        app.Set("Secrets__Folder", Path.Combine(shared, "secrets"));
        foreach (var store in (string[])["Lake", "Segments", "Quarantine"]) app.Set($"{store}__Root", Path.Combine(shared, store));
        app.Set("Publish__MaxAge", "00:00:02");
        app.Set("PublishSchedule", "*/1 * * * * *");
        foreach (var (name, value) in overrides) app.Set(name, value);
        return app;
    }

    /// <summary>The settings of a role's pods: what all have, and its own.</summary>
    public static Dictionary<string, string> Settings(string role) => ((string[])["common", role])
        .SelectMany(file => File.ReadLines(Repository.PathOf($"infra/kubernetes/base/settings/{file}.env")))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);

    /// <summary>The memory limit of a manifest's containers, in bytes, in the order they stand.</summary>
    public static IReadOnlyList<long> MemoryLimits(string manifest) =>
    [
        .. Limit().Matches(File.ReadAllText(Repository.PathOf($"infra/kubernetes/base/{manifest}.yaml")))
            .Select(found => long.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture) << (found.Groups[2].Value == "Gi" ? 30 : 20)),
    ];

    /// <summary>What tells the runtime of a container's limit where there is no container: it takes three quarters for its heap.</summary>
    public static (string Name, string Value) HeapOf(long limit) =>
        ("DOTNET_GCHeapHardLimit", (limit * 3 / 4).ToString("x", CultureInfo.InvariantCulture));

    public void Dispose() => Directory.Delete(shared, recursive: true);

    [GeneratedRegex(@"limits: \{memory: (\d+)([MG]i)\}")]
    private static partial Regex Limit();
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Deployment;

/// <summary>The roles of infra/kubernetes, each a program of its own with the settings its pod has and secrets in files.</summary>
public sealed class RoleTests(PostgresServer postgres) : IDisposable
{
    private const string NoDatabase = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";
    private static readonly string[] Roles = ["streams", "orchestration", "http"];
    private readonly string shared = Directory.CreateTempSubdirectory("pipeline-roles-").FullName;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_roles_land_publish_and_answer_between_them()
    {
        const int Events = 3000;
        WriteSecrets(postgres.CreateDatabase());
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 2);
        using var producer = new Producer(cluster.Bootstrap, 2);
        using var streams = Start("streams", cluster.Bootstrap);
        using var orchestration = Start("orchestration", cluster.Bootstrap);
        using var http = Start("http", cluster.Bootstrap);
        foreach (var app in (FunctionApp[])[streams, orchestration, http]) await app.ReadyAsync(Stopping);

        using var events = new MemoryStream();
        UserActionsGenerator.Write(events, new(Events, Seed: 8));
        var lines = Encoding.UTF8.GetString(events.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        producer.Produce("user-actions", lines.Select(Encoding.UTF8.GetBytes));
        var status = await http.SettledAsync("user_actions", Events, Stopping);
        Assert.Equal(Events, status.GetProperty("rows_in").GetInt64());

        Assert.Equal(HttpStatusCode.NotFound, (await streams.Http.GetAsync("/api/status", Stopping)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await orchestration.Http.GetAsync("/api/status", Stopping)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.Http.PostAsync("/api/replays", null, Stopping)).StatusCode);
        Assert.Contains("Publication 1 of user_actions", await File.ReadAllTextAsync(orchestration.LogPath, Stopping), StringComparison.Ordinal);
        foreach (var other in (FunctionApp[])[streams, http])
            Assert.DoesNotContain("Publication 1 of", await File.ReadAllTextAsync(other.LogPath, Stopping), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_role_has_its_settings_and_no_function_is_on_in_two()
    {
        var disabled = Roles.ToDictionary(
            role => role, role => Settings(role).Keys.Where(name => name.EndsWith("_Disabled", StringComparison.Ordinal)).ToHashSet());
        foreach (var setting in disabled.Values.SelectMany(names => names).Distinct())
            Assert.Equal(2, disabled.Values.Count(names => names.Contains(setting)));
    }

    public void Dispose() => Directory.Delete(shared, recursive: true);

    private FunctionApp Start(string role, string brokers)
    {
        var app = new FunctionApp(NoDatabase, brokers);
        var address = app.Http.BaseAddress!.ToString();
        foreach (var (name, value) in Settings(role)) app.Set(name, value);
        app.Set("LocalHost__Urls", address);
        app.Set("Secrets__Folder", Path.Combine(shared, "secrets"));
        foreach (var store in (string[])["Lake", "Segments", "Quarantine"]) app.Set($"{store}__Root", Path.Combine(shared, store));
        app.Set("Publish__MaxAge", "00:00:02");
        app.Set("PublishSchedule", "*/1 * * * * *");
        app.Start();
        return app;
    }

    private void WriteSecrets(string database)
    {
        var folder = Directory.CreateDirectory(Path.Combine(shared, "secrets")).FullName;
        foreach (var name in (string[])["Ledger__ConnectionString", "LocalHost__Postgres"])
            File.WriteAllText(Path.Combine(folder, name), database + "\n");
        foreach (var name in (string[])["Quarantine__SealingKey", "Masking__Keys__1__Key"])
            File.WriteAllText(Path.Combine(folder, name), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        foreach (var name in (string[])["default", "system", "master"]) File.WriteAllText(Path.Combine(folder, $"LocalHost__Keys__{name}"), name);
    }

    private static Dictionary<string, string> Settings(string role) => ((string[])["common", role])
        .SelectMany(file => File.ReadLines(Repository.PathOf($"infra/kubernetes/base/settings/{file}.env")))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
}

using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>The app after its contract was mended: what the version before refused is open still.</summary>
public sealed class RefusedRig(PostgresServer postgres) : IAsyncLifetime
{
    /// <summary>Records by what became of them; the mended contract takes the <c>too_long</c> ones too.</summary>
    public const int Good = 10, TooLong = 4, Missing = 2, WrongType = 1, Truncated = 3;

    /// <summary>A part of every value that is masked.</summary>
    public const string Canary = "canary";

    /// <summary>The UTC day of all of them.</summary>
    public const string Day = "2026-11-01";

    private readonly MockKafkaCluster cluster = new();
    private FunctionApp? app;
    private NpgsqlDataSource? ledger;

    internal FunctionApp App => app!;

    public async ValueTask InitializeAsync()
    {
        cluster.CreateTopic("user-actions", 1);
        app = new(postgres.CreateDatabase(), cluster.Bootstrap, ("SweepSchedule", "*/1 * * * * *"));
        ledger = NpgsqlDataSource.Create(app.Database);
        await StartAsync(1, "    from: user_identifiers.platform\n    max_length: 3");
        using (var producer = new Producer(cluster.Bootstrap, 1)) producer.Produce("user-actions", Records());
        await app.SettledAsync("user_actions", Good + TooLong + Missing + WrongType + Truncated, CancellationToken.None);
        await app.StopAsync(CancellationToken.None);
        await StartAsync(2, "    from: user_identifiers.platform");
    }

    /// <summary>The rows of a statement.</summary>
    public Task<List<string>> SqlAsync(string sql) => Given.LinesAsync(ledger!, sql);

    public async ValueTask DisposeAsync()
    {
        if (ledger is not null) await ledger.DisposeAsync();
        app?.Dispose();
        cluster.Dispose();
    }

    // The shipped contracts, that of user actions with another platform and without a clear word of who it was.
    private async Task StartAsync(int version, string platform)
    {
        var folder = Path.Combine(App.Home, $"datasets-{version}");
        Repository.CopyContracts(folder);
        var file = Path.Combine(folder, "user_actions.yaml");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("version: 1", $"version: {version}", StringComparison.Ordinal)
            .Replace("    from: user_identifiers.platform", platform, StringComparison.Ordinal)
            .Replace("    from: user_identifiers.id", "    from: user_identifiers.id\n    mask: hmac", StringComparison.Ordinal));
        App.Set("Datasets__Folder", folder);
        App.Start();
        await App.ReadyAsync(CancellationToken.None);
    }

    private static IEnumerable<byte[]> Records() =>
    [
        .. Actions(Good, "a", "web"), .. Actions(TooLong, "b", "android"), .. Actions(Missing, "c", "web", sku: null),
        .. Actions(WrongType, "d", "web", id: new[] { Canary }),
        // Cut off, on their second line.
        .. Enumerable.Range(0, Truncated).Select(
            i => Encoding.UTF8.GetBytes($"{{\"id\":\"{Canary}{i}\",\r\n\"timestamp\":\"2026")),
    ];

    private static IEnumerable<byte[]> Actions(int count, string name, string platform, string? sku = "S-1", object? id = null) =>
        Enumerable.Range(0, count).Select(i => JsonSerializer.SerializeToUtf8Bytes(new
        {
            timestamp = $"{Day}T12:00:{i:00}Z", event_name = "view",
            user_identifiers = new { platform, id = id ?? $"{Canary}-{name}{i}@example.com" },
            product_information = sku is null ? (object)new { name = "p" } : new { name = "p", SKU = sku },
        }));
}

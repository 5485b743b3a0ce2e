using System.Text.Json;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Extract;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

[CollectionDefinition(CliRig.Collection)]
public sealed class CliCollection : ICollectionFixture<CliRig>;

/// <summary>The app beside the Sandbox's providers, with a day of CleverTap's events published: what verbs are run on.</summary>
public sealed class CliRig(PostgresServer postgres) : IAsyncLifetime
{
    /// <summary>Tests that share one rig and follow each other.</summary>
    public const string Collection = "cli";

    private const int Actions = 100;

    private ExtractRig? rig;

    internal ExtractRig Rig => rig!;

    internal FunctionApp App => Rig.App;

    /// <summary>The day that is published.</summary>
    public DateOnly Day { get; } = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-3);

    /// <summary>An object of the lake, by its path.</summary>
    public string LakeFile => Directory.EnumerateFiles(Path.Combine(App.Lake, "clevertap_events"), "*.parquet", SearchOption.AllDirectories)
        .OrderByDescending(path => new FileInfo(path).Length).First();

    public async ValueTask InitializeAsync()
    {
        rig = await ExtractRig.StartAsync(postgres);
        App.Start();
        await App.ReadyAsync(CancellationToken.None);
        await rig.BackfilledAsync(await rig.BackfillAsync("clevertap", Day, Day));
        await rig.PublishedAsync();
        using var producer = new Producer(rig.Brokers, 1);
        for (var batch = 1; batch <= 2; batch++)
        {
            producer.Produce("user-actions", Enumerable.Range(0, Actions).Select(i => Action($"2026-11-0{batch}", i)));
            await App.SettledAsync("user_actions", batch * Actions, CancellationToken.None);
        }
    }

    private static byte[] Action(string day, int number) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        timestamp = $"{day}T00:00:00Z", event_name = "view", user_identifiers = new { platform = "web", id = $"u{number}" },
        product_information = new { name = "p", SKU = $"s{number}" },
    });

    /// <summary>Runs a verb that ends well.</summary>
    internal async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await App.RunVerbAsync(arguments, TestContext.Current.CancellationToken);
        Assert.True(code == 0, $"pipeline {string.Join(' ', arguments)} ended with {code}: {errors}{output}");
        return output;
    }

    /// <summary>Runs a verb that ends well and prints one JSON document.</summary>
    internal async Task<JsonElement> JsonAsync(params string[] arguments) => JsonElement.Parse(await RunAsync([.. arguments, "--json"]));

    public async ValueTask DisposeAsync()
    {
        if (rig is not null) await rig.DisposeAsync();
    }
}

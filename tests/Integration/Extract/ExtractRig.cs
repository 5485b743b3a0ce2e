using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Apis;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Extract;

/// <summary>The function app beside the Sandbox's provider APIs: three sources, two accounts each.</summary>
internal sealed class ExtractRig : IAsyncDisposable
{
    public static readonly string[] FacebookAccounts = ["1001", "1002"];
    public static readonly string[] GoogleAccounts = ["1234567801", "1234567802"];
    public const string EventName = "Charged";
    public static readonly string[] CleverTapAccounts = ["AAA-111-11ZZ", "BBB-222-22ZZ"];

    private readonly ApisServer apis;
    private readonly MockKafkaCluster cluster;
    private readonly HttpClient sandbox;

    private ExtractRig(ApisServer apis, MockKafkaCluster cluster, string database, (string, string)[] overrides)
    {
        (this.apis, this.cluster, Database) = (apis, cluster, database);
        sandbox = new() { BaseAddress = apis.Address };
        App = new(database, cluster.Bootstrap, [.. Settings(apis.Address), .. overrides]);
    }

    public FunctionApp App { get; }

    public string Database { get; }

    /// <summary>Bootstrap address of its broker.</summary>
    public string Brokers => cluster.Bootstrap;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static async Task<ExtractRig> StartAsync(PostgresServer postgres, params (string Name, string Value)[] overrides)
    {
        var apis = await ApisServer.StartAsync("http://127.0.0.1:0", ApisServer.SampleData, TimeProvider.System, Stopping);
        var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 1);
        return new(apis, cluster, postgres.CreateDatabase(), overrides);
    }

    /// <summary>One of the Sandbox's switches.</summary>
    public async Task SwitchAsync(string what, object body)
    {
        using var answer = await sandbox.PostAsJsonAsync($"/sandbox/{what}", body, Stopping);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stopping));
    }

    /// <summary>Starts a backfill.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> BackfillAsync(string source, DateOnly from, DateOnly to)
    {
        using var answer = await App.Http.PostAsJsonAsync("/api/backfills", new { source, from = $"{from:yyyy-MM-dd}", to = $"{to:yyyy-MM-dd}" }, Stopping);
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Stopping));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stopping)).GetProperty("id").GetString()!;
    }

    /// <summary>Waits until a backfill is completed.</summary>
    public async Task<JsonElement> BackfilledAsync(string id)
    {
        var last = default(JsonElement);
        await App.EventuallyAsync(async () =>
        {
            last = await App.Http.GetFromJsonAsync<JsonElement>($"/api/backfills/{id}", Stopping);
            Assert.True(last.GetProperty("status").GetString() is "Pending" or "Running" or "ContinuedAsNew" or "Completed", $"{last}\n{App.Tail()}");
            return last.GetProperty("status").GetString() == "Completed";
        }, Stopping);
        return last;
    }

    /// <summary>Waits until every landed page is published and visible, in every dataset.</summary>
    public Task PublishedAsync() => App.EventuallyAsync(async () =>
    {
        var status = await App.Http.GetFromJsonAsync<JsonElement>("/api/status", Stopping);
        return status.GetProperty("datasets").EnumerateArray().All(dataset => dataset.GetProperty("segments_unpublished").GetInt64() == 0
            && dataset.GetProperty("publications_open").GetInt64() == 0 && dataset.GetProperty("objects_unfinished").GetInt64() == 0);
    }, Stopping);

    /// <summary>Ends all faults.</summary>
    public async Task HealAsync() => (await sandbox.DeleteAsync(new Uri("/sandbox/faults", UriKind.Relative), Stopping)).Dispose();

    /// <summary>What the Sandbox counted.</summary>
    public Task<JsonElement> CountersAsync() => sandbox.GetFromJsonAsync<JsonElement>("/sandbox/counters", Stopping);

    /// <summary>Calls of a platform so far.</summary>
    public async Task<int> CallsAsync(string platform) => (await CountersAsync()).GetProperty("platforms").TryGetProperty(platform, out var count)
        ? count.GetProperty("calls").GetInt32() : 0;

    /// <summary>What upstream says now.</summary>
    public async Task<IReadOnlyList<Dictionary<string, string>>> TruthAsync(string platform, string account, DateOnly from, DateOnly to) =>
        (await sandbox.GetFromJsonAsync<List<Dictionary<string, string>>>(
            $"/sandbox/truth/{platform}?account={account}&from={from:yyyy-MM-dd}&to={to:yyyy-MM-dd}", Stopping))!;

    /// <summary>The rows of a statement, each value as text.</summary>
    public async Task<List<string>> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync(Stopping);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Stopping);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stopping)) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        App.Dispose();
        await apis.DisposeAsync();
        cluster.Dispose();
        sandbox.Dispose();
    }

    private static IEnumerable<(string, string)> Settings(Uri address)
    {
        var url = address.ToString().TrimEnd('/');
        yield return ("Facebook__BaseUrl", url);
        yield return ("Facebook__AccessToken", "sandbox-facebook-canary-token");
        yield return ("Facebook__AppSecret", "sandbox-app-secret");
        yield return ("Facebook__PollSeconds", "1");
        yield return ("GoogleAds__BaseUrl", url);
        yield return ("GoogleAds__TokenUrl", $"{url}/token");
        yield return ("GoogleAds__ClientId", "sandbox-client.apps.googleusercontent.com");
        yield return ("GoogleAds__ClientSecret", "sandbox-client-secret");
        yield return ("GoogleAds__RefreshToken", "sandbox-refresh-token");
        yield return ("GoogleAds__LoginCustomerId", "9000000001");
        yield return ("CleverTap__BaseUrl", url);
        yield return ("CleverTap__InProgressSeconds", "0");
        yield return ("CleverTap__BusySeconds", "0");
        for (var i = 0; i < 2; i++)
        {
            yield return ($"Facebook__Accounts__{i}", FacebookAccounts[i]);
            yield return ($"GoogleAds__Accounts__{i}", GoogleAccounts[i]);
            yield return ($"CleverTap__Projects__{i}__AccountId", CleverTapAccounts[i]);
            yield return ($"CleverTap__Projects__{i}__Passcode", $"sandbox-passcode-{(char)('a' + i)}");
            yield return ($"CleverTap__Projects__{i}__TimeZone", i == 0 ? "Asia/Kolkata" : "Europe/Berlin");
            yield return ($"CleverTap__Projects__{i}__Events__0", EventName);
        }
    }
}

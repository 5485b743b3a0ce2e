using System.Net;
using System.Text;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Deployment;

/// <summary>The roles of infra/kubernetes beside each other.</summary>
public sealed class RoleTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_roles_land_publish_and_answer_between_them()
    {
        const int Events = 3000;
        using var pods = new RolePods(postgres.CreateDatabase());
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 2);
        using var producer = new Producer(cluster.Bootstrap, 2);
        using var streams = pods.Start("streams", cluster.Bootstrap);
        using var orchestration = pods.Start("orchestration", cluster.Bootstrap);
        using var http = pods.Start("http", cluster.Bootstrap);
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
        // A program writes its log behind what it does.
        await orchestration.EventuallyAsync(async () => (await File.ReadAllTextAsync(orchestration.LogPath, Stopping)).Contains(
            "Publication 1 of user_actions", StringComparison.Ordinal), Stopping);
        foreach (var other in (FunctionApp[])[streams, http])
            Assert.DoesNotContain("Publication 1 of", await File.ReadAllTextAsync(other.LogPath, Stopping), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_role_has_its_settings_and_no_function_is_on_in_two()
    {
        var disabled = RolePods.Roles.ToDictionary(
            role => role, role => RolePods.Settings(role).Keys.Where(name => name.EndsWith("_Disabled", StringComparison.Ordinal)).ToHashSet());
        foreach (var setting in disabled.Values.SelectMany(names => names).Distinct())
            Assert.Equal(2, disabled.Values.Count(names => names.Contains(setting)));
    }
}

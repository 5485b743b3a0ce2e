using System.Text;
using Confluent.Kafka;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>SIGTERM, as Kubernetes sends it.</summary>
public sealed class StopTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_stopped_app_has_committed_what_it_landed_and_ends_with_0()
    {
        const int Events = 5000;
        var stopping = TestContext.Current.CancellationToken;
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 2);
        using var producer = new Producer(cluster.Bootstrap, 2);
        using var app = new FunctionApp(postgres.CreateDatabase(), cluster.Bootstrap);
        app.Start();
        await app.ReadyAsync(stopping);
        using (var events = new MemoryStream())
        {
            UserActionsGenerator.Write(events, new(Events, Seed: 5));
            producer.Produce("user-actions", Encoding.UTF8.GetString(events.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes));
        }

        await app.SettledAsync("user_actions", Events, stopping);
        Assert.Equal(0, await app.StopAsync(stopping));

        using var group = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = cluster.Bootstrap, GroupId = "pipeline" }).Build();
        var committed = group.Committed([new("user-actions", 0), new("user-actions", 1)], TimeSpan.FromSeconds(30));
        Assert.Equal(Events, committed.Sum(offset => offset.Offset.Value));
    }
}

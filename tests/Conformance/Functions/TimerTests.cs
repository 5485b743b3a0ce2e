using Microsoft.Azure.Functions.Worker;
using Npgsql;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class TimerTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_timer_fires_again_and_again_although_it_fails()
    {
        await using var host = await TestHost.StartAsync([typeof(Failing)]);
        var lines = await host.Seen.UntilAsync(lines => lines.Count >= 3);
        Assert.All(lines, line => Assert.Equal("fired, past due: False, monitored: False", line));
    }

    [Fact]
    public async Task A_retry_attribute_runs_it_again_and_counts()
    {
        await using var host = await TestHost.StartAsync([typeof(Retrying)]);
        await host.Seen.UntilAsync(lines => lines.Count == 3);
        Assert.Equal(["try 0 of 2", "try 1 of 2", "try 2 of 2"], host.Seen.Lines);
    }

    [Fact]
    public async Task An_occurrence_missed_while_down_is_made_up_for_at_start()
    {
        var database = postgres.CreateDatabase();
        var settings = new Dictionary<string, string?> { ["LocalHost:Postgres"] = database };
        await using (await TestHost.StartAsync([typeof(Hourly)], settings: settings))
            await Seen.Until(() => Query(database, "SELECT count(*) FROM localhost.timer_status"), count => count is 1L);
        Query(database, """
            UPDATE localhost.timer_status SET last = date_trunc('hour', now()) - interval '3 hours', next = date_trunc('hour', now()) - interval '2 hours'
            RETURNING 1
            """);
        await using var again = await TestHost.StartAsync([typeof(Hourly)], settings: settings);
        await again.Seen.UntilAsync(lines => lines.Count == 1);
        Assert.Equal(["past due: True"], again.Seen.Lines);
        await Seen.Until(() => Query(database, "SELECT next > now() FROM localhost.timer_status"), future => future is true);
    }

    [Fact]
    public async Task Two_hosts_on_one_database_never_run_a_timer_both_and_one_takes_over_from_the_other()
    {
        var settings = new Dictionary<string, string?> { ["LocalHost:Postgres"] = postgres.CreateDatabase() };
        var first = await TestHost.StartAsync([typeof(Frequent)], settings: settings);
        await first.Seen.UntilAsync(lines => lines.Count >= 2);
        await using var second = await TestHost.StartAsync([typeof(Frequent)], settings: settings);
        await second.Log.UntilAsync("timer.frequent runs in another");
        Assert.Empty(second.Seen.Lines);
        await first.DisposeAsync();
        await second.Seen.UntilAsync(lines => lines.Count >= 1);
    }

    private static object? Query(string database, string sql)
    {
        using var source = NpgsqlDataSource.Create(database);
        using var command = source.CreateCommand(sql);
        return command.ExecuteScalar();
    }

    public sealed class Failing(Seen seen)
    {
        [Function("failing")]
        public void Run([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
            seen.Add($"fired, past due: {timer.IsPastDue}, monitored: {timer.ScheduleStatus is not null}");
            throw new InvalidOperationException("again");
        }
    }

    public sealed class Retrying(Seen seen)
    {
        [Function("retrying"), FixedDelayRetry(2, "00:00:00.010")]
        public void Run([TimerTrigger("1.00:00:00", RunOnStartup = true, UseMonitor = false)] TimerInfo timer, FunctionContext context)
        {
            seen.Add($"try {context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}");
            throw new InvalidOperationException("again");
        }
    }

    public sealed class Hourly(Seen seen)
    {
        [Function("hourly")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => seen.Add($"past due: {timer.IsPastDue}");
    }

    public sealed class Frequent(Seen seen)
    {
        [Function("frequent")]
        public void Run([TimerTrigger("* * * * * *")] TimerInfo timer) => seen.Add("fired");
    }
}

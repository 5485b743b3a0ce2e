using System.Diagnostics;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>A month of synthetic traffic with forty incidents, over several datasets, after five ordinary weeks.</summary>
public sealed class MonthTests(PostgresServer postgres, ITestOutputHelper output)
{
    public static TheoryData<int> Seeds => Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? [1, 42, 2_718, 60_221] : [1, 42];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Of_forty_incidents_of_a_month_38_are_found_and_at_most_2_alerts_are_false(int seed)
    {
        var month = Month.Read(Repository.PathOf("tests", "Integration", "Quality", "month.json"));
        Assert.Equal(40, month.Incidents.Count);
        await using var source = await postgres.LedgerAsync();
        var watch = Stopwatch.StartNew();

        var alerts = await new MonthWorld(source, month, seed).RunAsync(TestContext.Current.CancellationToken);

        var missed = month.Incidents.Where(incident => !alerts.Any(incident.Finds)).ToList();
        var wrong = alerts.Where(alert => !month.Incidents.Any(incident => incident.Explains(alert))).ToList();
        output.WriteLine($"Seed {seed}: {month.Incidents.Count - missed.Count} of {month.Incidents.Count} found, {wrong.Count} of "
            + $"{alerts.Count} alerts false, {watch.Elapsed}.");
        foreach (var incident in missed) output.WriteLine($"missed {incident.Id}: {incident.Kind} of {incident.Dataset} at "
            + $"{incident.Start:MM-dd HH:mm}");
        foreach (var alert in wrong) output.WriteLine($"false: {alert}");
        Assert.True(missed.Count <= 2, $"Missed: {string.Join(", ", missed.Select(incident => incident.Id))}.");
        Assert.True(wrong.Count <= 2, $"False: {string.Join(Environment.NewLine, wrong)}");
        var standing = alerts.Where(alert => alert.ResolvedAt is null && alert.RaisedAt < month.To.AddDays(-2));
        Assert.All(standing, alert => Assert.Equal("slice_missing", alert.Code));   // nobody started the backfill
        await EveryQueryRunsAsync(source, alerts);
    }

    // What an alert says can be pasted shows something.
    private static async Task EveryQueryRunsAsync(Npgsql.NpgsqlDataSource source, IReadOnlyList<RaisedAlert> alerts)
    {
        foreach (var alert in alerts.DistinctBy(alert => (alert.Dataset, alert.Code)))
        {
            Assert.NotNull(alert.Query);
            var lines = await Given.LinesAsync(source, alert.Query);
            if (!alert.Query.Contains("pipeline.rejection", StringComparison.Ordinal)) Assert.NotEmpty(lines);
        }
    }
}

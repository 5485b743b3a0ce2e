using Npgsql;
using Pipeline.Domain.Quality;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Deletes the facts that no rule of quality looks back to any more.</summary>
internal sealed class ForgetFacts(NpgsqlDataSource source)
{
    /// <summary>Deletes what is older than facts are kept; each table is looked up by the index of its time.</summary>
    public Task RunAsync(DateTimeOffset now, CancellationToken stopping) => source.ReadAsync("the sweep", async connection =>
    {
        var before = now - QualityFacts.Kept;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var table in (string[])["landing_hour", "quality_hour", "column_hour", "event_hour"])
            batch.Add($"DELETE FROM pipeline.{table} WHERE hour < $1", before);
        foreach (var table in (string[])["slice_day", "slice_column"])
            batch.Add($"DELETE FROM pipeline.{table} WHERE day < $1", DateOnly.FromDateTime(before.UtcDateTime));
        return await batch.ExecuteNonQueryAsync(stopping);
    }, stopping);
}

using Npgsql;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Ends the alerts on objects that have been finished, removed, or made known since. Looks at open alerts only.</summary>
internal sealed class ResolveObjectAlerts(NpgsqlDataSource source, IObjectStore lake, IAlerts alerts, TimeProvider time)
{
    private const int MaxUnknown = 100;   // looked up in one sweep, any of them

    public async Task RunAsync(CancellationToken stopping)
    {
        await source.ReadAsync("resolving alerts on objects", connection => connection.Command(
            """
            UPDATE pipeline.alert SET resolved_at = $1
            WHERE resolved_at IS NULL AND code = 'object_unfinished'
            AND NOT EXISTS (SELECT FROM pipeline.lake_object WHERE key = alert.subject AND state = 'staged')
            """, time.GetUtcNow()).ExecuteAsync(stopping), stopping);
        var open = await source.ReadAsync("reading alerts on objects", connection => connection.Command(
            $"""
            SELECT dataset, subject, EXISTS (SELECT FROM pipeline.lake_object WHERE key = subject) FROM pipeline.alert
            WHERE resolved_at IS NULL AND code = 'object_unknown' ORDER BY random() LIMIT {MaxUnknown}
            """).ListAsync(row => (Dataset: row.GetString(0), Key: row.GetString(1), Known: row.GetBoolean(2)), stopping), stopping);
        foreach (var (dataset, key, known) in open)
            if (known || !await IsThereAsync(key, stopping)) await alerts.ResolveAsync(dataset, "object_unknown", key, stopping);
    }

    private async Task<bool> IsThereAsync(string key, CancellationToken stopping)
    {
        await foreach (var visible in lake.ListAsync(key, null, stopping)) return visible.Key == key;
        return false;
    }
}

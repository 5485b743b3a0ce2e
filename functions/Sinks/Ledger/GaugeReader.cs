using System.Globalization;
using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>A value of a gauge.</summary>
/// <param name="Labels">Label values, in the order of <see cref="GaugeQuery.Labels"/>.</param>
public sealed record GaugeReading(LedgerGauge Gauge, IReadOnlyList<KeyValuePair<string, object?>> Labels, double Value);

/// <summary>Reads all gauges of the ledger at once.</summary>
public sealed class GaugeReader(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>A scrape waits ten seconds at most.</summary>
    private const int TimeoutSeconds = 5;

    /// <summary>Reads them in one round trip; where the ledger knows no value there is no reading.</summary>
    /// <exception cref="Domain.Failures.TransientException">PostgreSQL is away, or took too long.</exception>
    public Task<IReadOnlyList<GaugeReading>> ReadAsync(IEnumerable<string> datasets, CancellationToken stopping) =>
        source.ReadAsync<IReadOnlyList<GaugeReading>>("reading the gauges", async connection =>
        {
            await using var batch = new NpgsqlBatch(connection) { Timeout = TimeoutSeconds };
            var (names, now) = (datasets.ToArray(), time.GetUtcNow());
            foreach (var query in GaugeQuery.All)
                batch.BatchCommands.Add(new(query.Sql) { Parameters = { new() { Value = names }, new() { Value = now } } });
            await using var reader = await batch.ExecuteReaderAsync(stopping);
            var readings = new List<GaugeReading>();
            foreach (var query in GaugeQuery.All)
            {
                while (await reader.ReadAsync(stopping)) readings.AddRange(Read(reader, query));
                await reader.NextResultAsync(stopping);
            }
            return readings;
        }, stopping);

    private static IEnumerable<GaugeReading> Read(NpgsqlDataReader row, GaugeQuery query)
    {
        var labels = query.Labels.Select((name, i) => KeyValuePair.Create(name, (object?)row.GetString(i))).ToArray();
        for (var i = 0; i < query.Gauges.Count; i++)
            if (!row.IsDBNull(labels.Length + i))
                yield return new(query.Gauges[i], labels, Convert.ToDouble(row.GetValue(labels.Length + i), CultureInfo.InvariantCulture));
    }
}

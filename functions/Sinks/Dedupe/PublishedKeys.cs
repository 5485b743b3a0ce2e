using Npgsql;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Dedupe;

/// <summary>Asks PostgreSQL for keys, a batch of rows in one statement.</summary>
/// <param name="sql">Numbers of the keys of arrays <c>$1</c> to <c>$3</c> that are duplicates; <c>$4</c> and what follows are
/// <paramref name="values"/>.</param>
internal sealed class PublishedKeys(NpgsqlDataSource source, string what, string sql, params object[] values) : IPublishedKeys
{
    // LIMIT keeps the planner from anything but a look into the index for each key: it does not know how many keys an array has.
    private const string OfOthers =
        """
        SELECT key.number::integer FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS key (hash, at, owner, number),
        LATERAL (SELECT FROM pipeline.dedupe_key AS known WHERE known.hash = key.hash AND known.dataset = $4
            AND known.event_micros BETWEEN key.at - $5 AND key.at + $5 AND known.owner <> key.owner
            AND NOT known.owner <@ (SELECT $6::text::int8multirange) LIMIT 1) AS found
        """;

    private const string NotOwned =
        """
        SELECT key.number::integer FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS key (hash, at, owner, number)
        WHERE NOT EXISTS (SELECT FROM pipeline.dedupe_key AS known WHERE known.hash = key.hash
            AND known.dataset = (SELECT id FROM pipeline.dedupe WHERE dataset = $4)
            AND known.event_micros = key.at AND known.owner = key.owner OFFSET 0)
        """;

    /// <summary>A key is a duplicate where another record has it, at a time within the window.</summary>
    public static PublishedKeys Others(NpgsqlDataSource source, string what, DedupeState state) =>
        new(source, what, OfOthers, state.Id, state.WindowMicros, state.Anew);

    /// <summary>A key is a duplicate unless its own record has it: as a committed publication decided.</summary>
    public static PublishedKeys Committed(NpgsqlDataSource source, string dataset) =>
        new(source, $"a publication of {dataset}", NotOwned, dataset);

    /// <inheritdoc/>
    public async ValueTask FindAsync(ReadOnlyMemory<RowKey> keys, Memory<bool> duplicates, CancellationToken stopping)
    {
        duplicates.Span.Clear();
        if (keys.IsEmpty) return;
        var (hashes, times, owners) = (new Guid[keys.Length], new long[keys.Length], new long[keys.Length]);
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys.Span[i];
            (hashes[i], times[i], owners[i]) = (KeyCopy.ToGuid(key.Hash), key.EventMicros, key.Owner);
        }
        var found = await source.ReadAsync($"looking up keys of {what}", connection =>
            connection.Command(sql, [hashes, times, owners, .. values]).ListAsync(row => row.GetInt32(0), stopping), stopping);
        foreach (var number in found) duplicates.Span[number - 1] = true;
    }
}

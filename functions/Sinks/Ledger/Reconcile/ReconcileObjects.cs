using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>The objects of one dataset in one store against the ledger's rows of them.</summary>
/// <param name="role"><c>data</c> or <c>quarantine</c>, as the ledger names it.</param>
internal sealed class ReconcileObjects(NpgsqlDataSource ledger, IObjectStore store, string dataset, string role)
{
    private const string Columns =
        """
        SELECT key, bytes, sha256, lake_object.state, removed_at IS NOT NULL,
            EXISTS (SELECT FROM pipeline.publication AS next WHERE next.id = superseded_by AND next.visible_at < now() - interval '1 hour'),
            publication.committed_at < now() - interval '1 hour', lake_object.publication_id
        FROM pipeline.lake_object JOIN pipeline.publication ON publication.id = publication_id
        """;

    /// <summary>Compares them. What looks wrong is looked at once more: the app goes on meanwhile.</summary>
    public async IAsyncEnumerable<Discrepancy> RunAsync(ReconcileOrder order, [EnumeratorCancellation] CancellationToken stopping)
    {
        var rows = ledger.StreamAsync(
            $"""
            {Columns} WHERE lake_object.dataset = $1 AND role = $2 AND key >= $3 AND key < $4
                AND ($5::date IS NULL OR date_partition >= $5) AND ($6::date IS NULL OR date_partition <= $6) ORDER BY key
            """, [dataset, role, $"{dataset}/", $"{dataset}0", order.From, order.To], Read, stopping);
        var merged = MergedKeys.MergeAsync(rows, row => row.Key, ListAsync(order, stopping), found => found.Key, stopping);
        await foreach (var (row, found) in merged)
        {
            order.Looked(found?.Bytes ?? 0);
            if (await JudgeAsync(row, found, order.Deep, stopping) is null) continue;
            var key = row?.Key ?? found!.Key;
            var (now, there) = (await FindRowAsync(key, stopping), await FindObjectAsync(key, stopping));
            if (await JudgeAsync(now, there, order.Deep, stopping) is { } discrepancy) yield return discrepancy;
        }
    }

    private async Task<Discrepancy?> JudgeAsync(ObjectRow? row, Found? found, bool deep, CancellationToken stopping)
    {
        if (row is null && found is null) return null;
        if (row is null)
            return Told(
                "object_unknown", found!.Key,
                $"{store.Root}/{found.Key} is not in the ledger: who lists the prefix reads rows nobody committed.",
                "Find out who wrote it and remove it; if the ledger was restored from an older backup, replay the dataset.");
        return row.State switch
        {
            "visible" when found is null => Told(
                "object_missing", row.Key, $"The ledger has it as visible and {store.Root} does not have it.",
                $"Restore it from the bucket's versions, or replay publication {row.Publication}."),
            "visible" when found!.Bytes != row.Bytes => Told(
                "object_size", row.Key, $"It has {found.Bytes} bytes; the ledger says {row.Bytes}.",
                $"Find out who wrote it, remove it, and replay publication {row.Publication}."),
            "visible" when deep && await HashAsync(row.Key, stopping) is { } hash && hash != row.Sha256 => Told(
                "object_content", row.Key, $"Its SHA-256 is {hash}; the ledger says {row.Sha256}.",
                $"Find out who wrote it, remove it, and replay publication {row.Publication}."),
            "staged" when row.IsLate => Told(
                "object_unfinished", row.Key, "It was committed more than an hour ago and is not visible.",
                "See that the sweep runs (SweepSchedule); it completes the upload or makes the object again."),
            "superseded" when row.IsRemoved && found is not null => Told(
                "object_returned", row.Key, "It was superseded and removed, and it is there.",
                "Find out who restored it and remove it: its rows count twice."),
            "superseded" when !row.IsRemoved && row.IsOverdue && found is not null => Told(
                "object_not_removed", row.Key, "Its successor has been visible for more than an hour, and it is still there.",
                "See that the sweep runs (SweepSchedule); until then who lists the prefix reads rows twice."),
            _ => null,
        };
    }

    private Discrepancy Told(string code, string subject, string what, string remedy) => new(dataset, code, subject, what, remedy);

    private async IAsyncEnumerable<Found> ListAsync(ReconcileOrder order, [EnumeratorCancellation] CancellationToken stopping)
    {
        await foreach (var found in store.ListAsync($"{dataset}/", null, stopping))
            if (IsWithin(found.Key, order)) yield return new(found.Key, found.Bytes);
    }

    // With days asked for, an object whose key names none is the ledger's alone to judge.
    private static bool IsWithin(string key, ReconcileOrder order)
    {
        if (order.From is null && order.To is null) return true;
        foreach (var folder in key.Split('/'))
            if (folder.IndexOf('=') is var equals and > 0
                && DateOnly.TryParseExact(folder.AsSpan(equals + 1), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None,
                    out var day))
                return !(day < order.From) && !(day > order.To);
        return false;
    }

    private async Task<ObjectRow?> FindRowAsync(string key, CancellationToken stopping)
    {
        await foreach (var row in ledger.StreamAsync($"{Columns} WHERE key = $1", [key], Read, stopping)) return row;
        return null;
    }

    private async Task<Found?> FindObjectAsync(string key, CancellationToken stopping)
    {
        await foreach (var found in store.ListAsync(key, null, stopping))
            if (found.Key == key) return new(found.Key, found.Bytes);
        return null;
    }

    // An object that goes while it is read was superseded meanwhile, or is missing at the second look.
    private async Task<string?> HashAsync(string key, CancellationToken stopping)
    {
        try
        {
            await using var stream = await store.OpenReadAsync(key, stopping);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stopping));
        }
        catch (TerminalException)
        {
            return null;
        }
    }

    private static ObjectRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetBoolean(5),
        row.Nullable<bool>(6) == true, row.GetInt64(7));

    private sealed record Found(string Key, long Bytes);

    private sealed record ObjectRow(
        string Key, long Bytes, string Sha256, string State, bool IsRemoved, bool IsOverdue, bool IsLate, long Publication);
}

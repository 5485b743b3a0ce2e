using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>Compares the ledger with lake, quarantine, segments and table; changes nothing. Memory does not grow with what is
/// compared.</summary>
public sealed class Reconciliation(NpgsqlDataSource ledger, PublicationStores stores)
{
    /// <summary>What does not agree, of one dataset; nothing when all is well.</summary>
    /// <exception cref="Domain.Failures.TransientException">PostgreSQL or a store is away.</exception>
    public async IAsyncEnumerable<Discrepancy> RunAsync(
        DatasetContract contract, ReconcileOrder order, [EnumeratorCancellation] CancellationToken stopping)
    {
        IAsyncEnumerable<Discrepancy>[] parts =
        [
            new ReconcileObjects(ledger, stores.Lake, contract.Dataset, "data").RunAsync(order, stopping),
            new ReconcileObjects(ledger, stores.Quarantine, contract.Dataset, "quarantine").RunAsync(order, stopping),
            new ReconcileSegments(ledger, stores.Segments, contract.Dataset).RunAsync(order, stopping),
            new ReconcileCounts(ledger, contract).RunAsync(order, stopping),
        ];
        foreach (var part in parts)
            await foreach (var discrepancy in part) yield return discrepancy;
    }
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Rows;

/// <summary>Leaves out the rows that are published already, and of this publication's rows with one key all but the first.</summary>
internal sealed class Duplicates
{
    private readonly KeyHasher hasher;
    private readonly KeyTable owned;
    private readonly IPublishedKeys published;
    private RowKey[] keys = [];
    private bool[] known = [];
    private int[] kept = [];

    private Duplicates(DatasetContract contract, IPublishedKeys published)
    {
        this.published = published;
        hasher = new(contract);
        owned = new(contract.Dedupe!.Window.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Rows left out.</summary>
    public long Count { get; private set; }

    /// <summary>The keys of the rows that stay.</summary>
    public IReadOnlyList<RowKey> Owned => owned;

    /// <summary>Null when all rows of the contract are published.</summary>
    /// <exception cref="ArgumentException">The contract has a dedupe, and nobody knows what was published.</exception>
    public static Duplicates? Of(DatasetContract contract, IPublishedKeys? published)
    {
        if (contract.Dedupe is null) return null;
        return new(contract, published
            ?? throw new ArgumentException($"Nobody says which rows of {contract.Dataset} are published.", nameof(published)));
    }

    /// <summary>The rows of a batch that are no duplicates.</summary>
    /// <returns>The batch itself when all stay, otherwise another one.</returns>
    public async ValueTask<RecordBatch> KeepAsync(RecordBatch batch, CancellationToken stopping)
    {
        var rows = batch.Rows;
        if (keys.Length < rows) (keys, known, kept) = (new RowKey[rows * 2], new bool[rows * 2], new int[rows * 2]);
        for (var row = 0; row < rows; row++) keys[row] = hasher.Of(batch, row);
        await published.FindAsync(keys.AsMemory(0, rows), known.AsMemory(0, rows), stopping);
        var count = 0;
        for (var row = 0; row < rows; row++)
            if (!known[row] && owned.Add(keys[row])) kept[count++] = row;
        Count += rows - count;
        return count == rows ? batch : batch.Take(kept.AsSpan(0, count));
    }
}

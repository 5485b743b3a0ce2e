using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Names;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A text that is made from another one; null where nothing can be made.</summary>
internal abstract class DerivedText(ColumnPlan plan, int source) : DerivedColumn(plan)
{
    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var (texts, target) = ((TextColumn)batch.Columns[source], (TextColumn)batch.Columns[Index]);
        for (var row = target.Count; row < rows; row++)
        {
            var made = texts.IsNull(row) ? default : Make(texts[row]);
            if (made.IsEmpty) target.AppendNull();
            else target.Append(made);
        }
        return rows;
    }

    /// <summary>Makes a text.</summary>
    /// <returns>Valid until the next call; empty for null.</returns>
    protected abstract ReadOnlySpan<byte> Make(ReadOnlySpan<byte> text);
}

/// <summary>What a file says of a text.</summary>
internal sealed class DerivedLookup(ColumnPlan plan, int source, LookupTable table) : DerivedText(plan, source)
{
    private readonly Dictionary<byte[], byte[]> values = table.Values.ToDictionary(
        each => Encoding.UTF8.GetBytes(each.Key), each => Encoding.UTF8.GetBytes(each.Value), Utf8Comparer.Ordinal);

    /// <inheritdoc/>
    protected override ReadOnlySpan<byte> Make(ReadOnlySpan<byte> text) =>
        values.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out var value) ? value : default;
}

/// <summary>The registered domain of an address.</summary>
internal sealed class DerivedDomain(ColumnPlan plan, int source) : DerivedText(plan, source)
{
    private readonly HostName hosts = new();

    /// <inheritdoc/>
    protected override ReadOnlySpan<byte> Make(ReadOnlySpan<byte> text)
    {
        var host = hosts.Of(text);
        return !host.IsEmpty && PublicSuffixes.Default.RegisteredAt(host) is var at and >= 0 ? host[at..] : default;
    }
}

/// <summary>The code of a country.</summary>
internal sealed class DerivedCountry(ColumnPlan plan, int source) : DerivedText(plan, source)
{
    /// <inheritdoc/>
    protected override ReadOnlySpan<byte> Make(ReadOnlySpan<byte> text) => Countries.CodeOf(text);
}

/// <summary>The first of two texts that is neither null nor empty.</summary>
internal sealed class DerivedCoalesce(ColumnPlan plan, int first, int second) : DerivedColumn(plan)
{
    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var (firsts, seconds) = ((TextColumn)batch.Columns[first], (TextColumn)batch.Columns[second]);
        var target = (TextColumn)batch.Columns[Index];
        for (var row = target.Count; row < rows; row++)
        {
            if (!firsts.IsNull(row) && !firsts[row].IsEmpty) target.Append(firsts[row]);
            else if (!seconds.IsNull(row)) target.Append(seconds[row]);
            else if (!firsts.IsNull(row)) target.Append(firsts[row]);
            else target.AppendNull();
        }
        return rows;
    }
}

/// <summary>The bucket of a text: the same for every program that has a SHA-256.</summary>
internal sealed class DerivedBucket(ColumnPlan plan, int source, int buckets) : DerivedColumn(plan)
{
    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var (texts, target) = ((TextColumn)batch.Columns[source], (FixedColumn<long>)batch.Columns[Index]);
        for (var row = target.Count; row < rows; row++)
        {
            if (texts.IsNull(row)) target.AppendNull();
            else target.Append(BucketOf(texts[row]));
        }
        return rows;
    }

    private long BucketOf(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) % (ulong)buckets);
    }
}

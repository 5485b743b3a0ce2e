using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Rows;

/// <summary>Makes the keys by which rows of a dataset are known to be duplicates.</summary>
/// <remarks>Each value is hashed with its kind and length, so that no two keys are one text. Not for two threads at once.</remarks>
internal sealed class KeyHasher
{
    private const byte ByKey = 0, ById = 1, Null = 0, Value = 1;

    private readonly int[] key;
    private readonly int id;
    private readonly int time;
    private byte[] bytes = new byte[256];
    private int length;
    private Shard shard;
    private long firstOwner;

    /// <param name="contract">It has a dedupe.</param>
    public KeyHasher(DatasetContract contract)
    {
        var spec = contract.Dedupe!;
        key = [.. spec.Key.Select(contract.IndexOf)];
        (id, time) = (spec.Id is null ? -1 : contract.IndexOf(spec.Id), contract.IndexOf(spec.By));
    }

    /// <summary>The key of a row.</summary>
    public RowKey Of(RecordBatch batch, int row)
    {
        length = 0;
        if (id >= 0 && !batch.Columns[id].IsNull(row))
        {
            Append(ById);
            Append(batch.Columns[id], row);
        }
        else
        {
            Append(ByKey);
            foreach (var column in key) Append(batch.Columns[column], row);
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, length), hash);
        return new(
            BinaryPrimitives.ReadUInt128BigEndian(hash), ((FixedColumn<long>)batch.Columns[time]).Values[row],
            OwnerOf(batch.Shard, batch.Positions.Values[row]));
    }

    private long OwnerOf(Shard of, long position)
    {
        if (of != shard || firstOwner == 0) (shard, firstOwner) = (of, RecordOwners.FirstOf(of));
        return RecordOwners.Of(firstOwner, position);
    }

    private void Append(Column column, int row)
    {
        Append(column.IsNull(row) ? Null : Value);
        if (column.IsNull(row)) return;
        switch (column)
        {
            case TextColumn texts:
                Append(texts[row].Length);
                Append(texts[row]);
                break;
            case FixedColumn<long> numbers: Append(numbers.Values[row]); break;
            case FixedColumn<int> days: Append(days.Values[row]); break;
            case FixedColumn<Int128> decimals: Append(decimals.Values[row]); break;
            case FixedColumn<bool> truths: Append(truths.Values[row] ? Value : Null); break;
            default: throw new ArgumentException($"A {column.GetType().Name} identifies no row.", nameof(column));
        }
    }

    private void Append<T>(T value) where T : unmanaged => Append(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private void Append(ReadOnlySpan<byte> value)
    {
        if (bytes.Length - length < value.Length) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + value.Length));
        value.CopyTo(bytes.AsSpan(length));
        length += value.Length;
    }
}

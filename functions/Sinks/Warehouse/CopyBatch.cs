using System.Buffers.Binary;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;

namespace Pipeline.Sinks.Warehouse;

/// <summary>A batch's rows as COPY's binary format wants them: the contract's columns, then shard and position.</summary>
internal sealed class CopyBatch
{
    private readonly CopyField[] fields;
    private readonly byte[] shard;
    private readonly RecordBatch batch;

    public CopyBatch(IReadOnlyList<ColumnSpec> columns, RecordBatch batch)
    {
        this.batch = batch;
        shard = Encoding.UTF8.GetBytes(batch.Shard.ToString());
        fields = [.. columns.Select((column, i) => FieldOf(column.Type, batch.Columns[i]))];
    }

    /// <summary>Bytes a row takes at most.</summary>
    public int MaxBytes(int row)
    {
        var bytes = sizeof(short) + sizeof(int) + shard.Length + sizeof(int) + sizeof(long);
        foreach (var field in fields) bytes = checked(bytes + field.MaxBytes(row));
        return bytes;
    }

    /// <summary>The column whose type cannot hold the row's value; -1 when all fit.</summary>
    public int Misfit(int row)
    {
        for (var i = 0; i < fields.Length; i++)
            if (!batch.Columns[i].IsNull(row) && !fields[i].Fits(row)) return i;
        return -1;
    }

    /// <summary>Writes a row and returns the bytes written.</summary>
    public int Write(int row, Span<byte> target)
    {
        BinaryPrimitives.WriteInt16BigEndian(target, (short)(fields.Length + 2));
        var at = sizeof(short);
        foreach (var field in fields) at += field.Write(row, target[at..]);
        BinaryPrimitives.WriteInt32BigEndian(target[at..], shard.Length);
        shard.CopyTo(target[(at + sizeof(int))..]);
        at += sizeof(int) + shard.Length;
        BinaryPrimitives.WriteInt32BigEndian(target[at..], sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(target[(at + sizeof(int))..], batch.Positions.Values[row]);
        return at + sizeof(int) + sizeof(long);
    }

    private static CopyField FieldOf(ColumnType type, Column column) => type.Kind switch
    {
        ColumnKind.String or ColumnKind.Json => new TextField((TextColumn)column),
        ColumnKind.Int64 => new Int64Field((FixedColumn<long>)column),
        ColumnKind.Float64 => new DoubleField((FixedColumn<double>)column),
        ColumnKind.Decimal => new NumericField((FixedColumn<Int128>)column, type.Scale),
        ColumnKind.Bool => new BoolField((FixedColumn<bool>)column),
        ColumnKind.Timestamp => new TimestampField((FixedColumn<long>)column),
        ColumnKind.Date => new DateField((FixedColumn<int>)column),
        _ => throw new InvalidOperationException($"No COPY field for {type}."),
    };
}

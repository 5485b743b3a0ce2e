using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Pipeline.Parquet.Columns;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Writes one column's values in COPY's binary format: a length of four bytes (-1 for null), then the value.</summary>
/// <remarks>https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"; the values are those of each type's receive function.</remarks>
internal abstract class CopyField(Column column)
{
    /// <summary>Bytes a row takes at most, its length field included.</summary>
    public abstract int MaxBytes(int row);

    /// <summary>Whether PostgreSQL's type holds the row's value at all.</summary>
    public virtual bool Fits(int row) => true;

    /// <summary>Writes a row's field and returns the bytes written.</summary>
    public int Write(int row, Span<byte> target)
    {
        if (column.IsNull(row))
        {
            BinaryPrimitives.WriteInt32BigEndian(target, -1);
            return sizeof(int);
        }
        var length = WriteValue(row, target[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        return sizeof(int) + length;
    }

    /// <summary>Writes the value of a row that is not null.</summary>
    protected abstract int WriteValue(int row, Span<byte> target);
}

/// <summary>text: the bytes themselves.</summary>
internal sealed class TextField(TextColumn column) : CopyField(column)
{
    public override int MaxBytes(int row) => sizeof(int) + column[row].Length;

    protected override int WriteValue(int row, Span<byte> target)
    {
        var text = column[row];
        text.CopyTo(target);
        return text.Length;
    }
}

/// <summary>bigint.</summary>
internal sealed class Int64Field(FixedColumn<long> column) : CopyField(column)
{
    public override int MaxBytes(int row) => sizeof(int) + sizeof(long);

    protected override int WriteValue(int row, Span<byte> target)
    {
        BinaryPrimitives.WriteInt64BigEndian(target, column.Values[row]);
        return sizeof(long);
    }
}

/// <summary>double precision.</summary>
internal sealed class DoubleField(FixedColumn<double> column) : CopyField(column)
{
    public override int MaxBytes(int row) => sizeof(int) + sizeof(double);

    protected override int WriteValue(int row, Span<byte> target)
    {
        BinaryPrimitives.WriteDoubleBigEndian(target, column.Values[row]);
        return sizeof(double);
    }
}

/// <summary>boolean.</summary>
internal sealed class BoolField(FixedColumn<bool> column) : CopyField(column)
{
    public override int MaxBytes(int row) => sizeof(int) + 1;

    protected override int WriteValue(int row, Span<byte> target)
    {
        target[0] = Unsafe.BitCast<bool, byte>(column.Values[row]);
        return 1;
    }
}

/// <summary>timestamptz: microseconds since 2000-01-01, from 4714-11-24 BC on; every later int64 microsecond fits.</summary>
internal sealed class TimestampField(FixedColumn<long> column) : CopyField(column)
{
    private const long EpochMicros = 946_684_800_000_000;
    private const long Earliest = -211_813_488_000_000_000;

    public override int MaxBytes(int row) => sizeof(int) + sizeof(long);

    public override bool Fits(int row) => column.Values[row] >= Earliest + EpochMicros;

    protected override int WriteValue(int row, Span<byte> target)
    {
        BinaryPrimitives.WriteInt64BigEndian(target, column.Values[row] - EpochMicros);
        return sizeof(long);
    }
}

/// <summary>date: days since 2000-01-01, from 4714-11-24 BC to 5874897-12-31.</summary>
internal sealed class DateField(FixedColumn<int> column) : CopyField(column)
{
    private const int EpochDays = 10_957;
    private const int Earliest = -2_451_545;
    private const int End = 2_145_031_949;

    public override int MaxBytes(int row) => sizeof(int) + sizeof(int);

    public override bool Fits(int row) => column.Values[row] is >= Earliest + EpochDays and < End + EpochDays;

    protected override int WriteValue(int row, Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, column.Values[row] - EpochDays);
        return sizeof(int);
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Lake;

/// <summary>Numbers the folders that rows belong to, in order of first appearance; allocates nothing for a folder it knows.</summary>
internal sealed class FolderNames(LakeSchema schema)
{
    private readonly Utf8Dictionary keys = new();
    private byte[] key = new byte[256];

    /// <summary>Folders seen.</summary>
    public int Count => keys.Count;

    /// <summary>The number of a row's folder.</summary>
    public int NumberOf(RecordBatch batch, int row)
    {
        var length = 0;
        foreach (var index in schema.Folders)
        {
            var column = batch.Columns[index];
            if (column.IsNull(row)) Append(ref length, "N"u8);
            else if (column is TextColumn text) AppendText(ref length, text[row]);
            else AppendNumber(ref length, NumberIn(column, row));
        }
        return keys.Intern(key.AsSpan(0, length));
    }

    /// <summary>A row's folder below the dataset: <c>event_date=2023-10-23/event_name=view/</c>; empty without folder columns.</summary>
    public string PathOf(RecordBatch batch, int row)
    {
        var path = new StringBuilder();
        foreach (var index in schema.Folders)
        {
            var (spec, column) = (schema.Contract.Columns[index], batch.Columns[index]);
            var folder = column.IsNull(row)
                ? HivePath.NullFolder(spec.Name)
                : HivePath.Folder(spec.Name, ValueOf(spec.Type.Kind, column, row));
            path.Append(folder).Append('/');
        }
        return path.ToString();
    }

    /// <summary>The day of the first date column among the folders; null without one, and for a null.</summary>
    public DateOnly? DayOf(RecordBatch batch, int row)
    {
        foreach (var index in schema.Folders)
        {
            if (schema.Contract.Columns[index].Type.Kind != ColumnKind.Date) continue;
            return batch.Columns[index].IsNull(row) ? null : Day(((FixedColumn<int>)batch.Columns[index]).Values[row]);
        }
        return null;
    }

    /// <summary>Forgets all folders: numbers start at 0 again.</summary>
    public void Clear() => keys.Clear();

    private static DateOnly Day(int days) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(days);

    private static ReadOnlySpan<byte> ValueOf(ColumnKind kind, Column column, int row) => column switch
    {
        TextColumn text => text[row],
        FixedColumn<bool> flags => flags.Values[row] ? "true"u8 : "false"u8,
        FixedColumn<int> days when kind == ColumnKind.Date =>
            Encoding.UTF8.GetBytes(Day(days.Values[row]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        FixedColumn<long> numbers when kind == ColumnKind.Int64 =>
            Encoding.UTF8.GetBytes(numbers.Values[row].ToString(CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"A column of type {kind} cannot be a folder."),
    };

    private static long NumberIn(Column column, int row) => column switch
    {
        FixedColumn<int> days => days.Values[row],
        FixedColumn<long> numbers => numbers.Values[row],
        FixedColumn<bool> flags => flags.Values[row] ? 1 : 0,
        _ => throw new ArgumentException($"A {column.GetType().Name} cannot be a folder."),
    };

    private void AppendText(ref int length, ReadOnlySpan<byte> text)
    {
        AppendNumber(ref length, text.Length);
        Append(ref length, text);
    }

    private void AppendNumber(ref int length, long value)
    {
        Span<byte> bytes = stackalloc byte[9];
        bytes[0] = (byte)'V';
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], value);
        Append(ref length, bytes);
    }

    private void Append(ref int length, ReadOnlySpan<byte> bytes)
    {
        if (key.Length - length < bytes.Length) Array.Resize(ref key, (length + bytes.Length) * 2);
        bytes.CopyTo(key.AsSpan(length));
        length += bytes.Length;
    }
}

using System.Text.Unicode;
using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Texts.</summary>
internal sealed class TextValues : ChunkValues
{
    private ByteSource? source;

    public override Column NewColumn() => new Utf8Column();

    /// <remarks>A delta can repeat almost a whole page in each value.</remarks>
    protected override long MaxBytes(int rows, int pageBytes) =>
        (long)rows * sizeof(int) + (long)pageBytes * (source is DeltaByteSource ? rows : 1);

    protected override void BeginValues(StoredEncoding encoding, PageSection values)
    {
        source = encoding switch
        {
            StoredEncoding.Plain => new PlainByteSource(),
            StoredEncoding.DeltaLengthByteArray => new DeltaLengthByteSource(),
            StoredEncoding.DeltaByteArray => new DeltaByteSource(),
            _ => throw Unknown(encoding),
        };
        source.Begin(values);
    }

    protected override void ReadValues(Column into, ReadOnlySpan<byte> presence, int rows, int values)
    {
        var column = (Utf8Column)into;
        var (firstRow, firstByte) = (column.Count, column.Bytes.Length);
        for (var row = 0; row < rows; row++)
        {
            if (!presence.IsEmpty && presence[row] == 0) column.AppendNull();
            else column.Append(source!.Next());
        }

        CheckUtf8(column, firstRow, firstByte);
    }

    // All bytes at once; then no text may begin within a character.
    private static void CheckUtf8(Utf8Column column, int firstRow, int firstByte)
    {
        var bytes = column.Bytes;
        var isValid = Utf8.IsValid(bytes[firstByte..]);
        foreach (var end in column.Ends[firstRow..]) isValid &= end == bytes.Length || (bytes[end] & 0xC0) != 0x80;
        if (!isValid) throw Damage.Is("a text is not UTF-8; columns of plain bytes cannot be read.");
    }
}

using System.Runtime.CompilerServices;
using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Decimals as bytes.</summary>
/// <param name="width">Bytes of each; 0 when each says its own.</param>
internal sealed class DecimalValues(int width, Int128 limit) : ChunkValues
{
    private ByteSource? source;

    public override Column NewColumn() => new FixedColumn<Int128>();

    protected override long MaxBytes(int rows, int pageBytes) => (long)rows * Unsafe.SizeOf<Int128>();

    protected override void BeginValues(StoredEncoding encoding, PageSection values)
    {
        source = encoding switch
        {
            StoredEncoding.Plain when width > 0 => new FixedByteSource(width),
            StoredEncoding.Plain => new PlainByteSource(),
            StoredEncoding.DeltaLengthByteArray when width == 0 => new DeltaLengthByteSource(),
            StoredEncoding.DeltaByteArray => new DeltaByteSource(),
            StoredEncoding.ByteStreamSplit when width > 0 => new SplitByteSource(width),
            _ => throw Unknown(encoding),
        };
        source.Begin(values);
    }

    protected override void ReadValues(Column into, ReadOnlySpan<byte> presence, int rows, int values)
    {
        var column = (FixedColumn<Int128>)into;
        for (var row = 0; row < rows; row++)
        {
            if (!presence.IsEmpty && presence[row] == 0) column.AppendNull();
            else column.Append(Decimals.OfBytes(source!.Next(), limit));
        }
    }
}

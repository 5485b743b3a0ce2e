using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>True and false: PLAIN is a bit each, RLE runs behind their length.</summary>
internal sealed class FlagValues : ChunkValues
{
    private readonly HybridReader runs = new();
    private PageSection bits;
    private int[] scratch = [];
    private long bit;
    private bool isPlain;

    public override Column NewColumn() => new FixedColumn<bool>();

    protected override long MaxBytes(int rows, int pageBytes) => rows;

    protected override void BeginValues(StoredEncoding encoding, PageSection values)
    {
        isPlain = encoding == StoredEncoding.Plain;
        if (!isPlain && encoding != StoredEncoding.Rle) throw Unknown(encoding);
        (bits, bit) = (values, values.At * 8L);
        if (!isPlain) runs.Begin(values.Left == 0 ? values : values.TakeWithLength(), 1);
    }

    protected override void ReadValues(Column into, ReadOnlySpan<byte> presence, int rows, int values)
    {
        if (scratch.Length < values) scratch = new int[values];
        var flags = scratch.AsSpan(0, values);
        if (isPlain) ReadBits(flags);
        else runs.Read(flags);
        var column = (FixedColumn<bool>)into;
        var next = 0;
        for (var row = 0; row < rows; row++)
        {
            if (!presence.IsEmpty && presence[row] == 0) column.AppendNull();
            else column.Append(flags[next++] != 0);
        }
    }

    private void ReadBits(Span<int> flags)
    {
        if (flags.Length > bits.End * 8L - bit) throw Damage.Is("it ends before its last value.");
        foreach (ref var flag in flags)
        {
            flag = bits.Bytes[(int)(bit >> 3)] >> (int)(bit & 7) & 1;
            bit++;
        }
    }
}

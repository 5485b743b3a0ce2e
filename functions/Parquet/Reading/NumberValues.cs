using System.Runtime.CompilerServices;
using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Reading;

/// <summary>Numbers of a fixed layout.</summary>
internal sealed class NumberValues<TStored, TValue, TConversion>(TConversion conversion) : ChunkValues
    where TStored : unmanaged
    where TValue : unmanaged
    where TConversion : struct, IConversion<TStored, TValue>
{
    private NumberSource<TStored>? plain, split, delta, source;
    private TStored[] scratch = [];

    public override Column NewColumn() => new FixedColumn<TValue>();

    protected override long MaxBytes(int rows, int pageBytes) => (long)rows * Unsafe.SizeOf<TValue>();

    protected override void BeginValues(StoredEncoding encoding, PageSection values)
    {
        source = encoding switch
        {
            StoredEncoding.Plain => plain ??= new PlainNumberSource<TStored>(),
            StoredEncoding.ByteStreamSplit => split ??= new SplitNumberSource<TStored>(),
            StoredEncoding.DeltaBinaryPacked when typeof(TStored) == typeof(int) =>
                delta ??= (NumberSource<TStored>)(object)new DeltaNumberSource<int>(),
            StoredEncoding.DeltaBinaryPacked when typeof(TStored) == typeof(long) =>
                delta ??= (NumberSource<TStored>)(object)new DeltaNumberSource<long>(),
            _ => throw Unknown(encoding),
        };
        source.Begin(values);
    }

    protected override void ReadValues(Column into, ReadOnlySpan<byte> presence, int rows, int values)
    {
        if (scratch.Length < values) scratch = new TStored[values];
        var stored = scratch.AsSpan(0, values);
        source!.Read(stored);
        var column = (FixedColumn<TValue>)into;
        if (presence.IsEmpty)
        {
            foreach (var value in stored) column.Append(conversion.Of(value));
            return;
        }

        var next = 0;
        foreach (var isPresent in presence)
        {
            if (isPresent == 0) column.AppendNull();
            else column.Append(conversion.Of(stored[next++]));
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Reading;

/// <summary>The numbers of a page, one after the other.</summary>
internal abstract class NumberSource<T> where T : unmanaged
{
    /// <summary>Begins a page's values.</summary>
    public abstract void Begin(PageSection values);

    /// <summary>Reads the next numbers.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public abstract void Read(Span<T> into);
}

/// <summary>PLAIN: as they lie in memory, least significant byte first.</summary>
internal sealed class PlainNumberSource<T> : NumberSource<T> where T : unmanaged
{
    private PageSection section;

    public override void Begin(PageSection values) => section = values;

    public override void Read(Span<T> into)
    {
        var bytes = MemoryMarshal.AsBytes(into);
        section.Take(bytes.Length).CopyTo(bytes);
    }
}

/// <summary>DELTA_BINARY_PACKED.</summary>
internal sealed class DeltaNumberSource<T> : NumberSource<T> where T : unmanaged, IBinaryInteger<T>
{
    private readonly DeltaReader deltas = new();

    public override void Begin(PageSection values) => deltas.Begin(values);

    public override void Read(Span<T> into)
    {
        for (var i = 0; i < into.Length; i++) into[i] = T.CreateTruncating(deltas.Next());
    }
}

/// <summary>BYTE_STREAM_SPLIT: the first bytes of all numbers, then their second bytes, and so on.</summary>
internal sealed class SplitNumberSource<T> : NumberSource<T> where T : unmanaged
{
    private PageSection section;
    private int count, next;

    public override void Begin(PageSection values)
    {
        var width = Unsafe.SizeOf<T>();
        if (values.Left % width != 0) throw Damage.Is($"{values.Left} bytes cannot be split into values of {width}.");
        (section, count, next) = (values, values.Left / width, 0);
    }

    public override void Read(Span<T> into)
    {
        if (into.Length > count - next) throw Damage.Is("it ends before its last value.");
        var bytes = MemoryMarshal.AsBytes(into);
        var width = Unsafe.SizeOf<T>();
        for (var part = 0; part < width; part++)
        {
            var stream = section.Bytes.AsSpan(section.At + part * count + next, into.Length);
            for (var i = 0; i < stream.Length; i++) bytes[i * width + part] = stream[i];
        }

        next += into.Length;
    }
}

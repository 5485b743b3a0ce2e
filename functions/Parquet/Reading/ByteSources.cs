namespace Pipeline.Parquet.Reading;

/// <summary>The byte arrays of a page, one after the other.</summary>
internal abstract class ByteSource
{
    /// <summary>Begins a page's values.</summary>
    public abstract void Begin(PageSection values);

    /// <summary>The next array, valid until the next call.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public abstract ReadOnlySpan<byte> Next();
}

/// <summary>PLAIN: each behind its length in four bytes.</summary>
internal sealed class PlainByteSource : ByteSource
{
    private PageSection section;

    public override void Begin(PageSection values) => section = values;

    public override ReadOnlySpan<byte> Next()
    {
        var value = section.TakeWithLength();
        return value.Bytes.AsSpan(value.At, value.Left);
    }
}

/// <summary>PLAIN of arrays of one length: one behind the other.</summary>
internal sealed class FixedByteSource(int width) : ByteSource
{
    private PageSection section;

    public override void Begin(PageSection values) => section = values;

    public override ReadOnlySpan<byte> Next() => section.Take(width);
}

/// <summary>DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.</summary>
internal sealed class DeltaLengthByteSource : ByteSource
{
    private readonly DeltaReader lengths = new();
    private PageSection section;

    public override void Begin(PageSection values)
    {
        lengths.Begin(values);
        section = new(values.Bytes, lengths.FindEnd(), values.End);
    }

    public override ReadOnlySpan<byte> Next()
    {
        var length = lengths.Next();
        return length == (int)length ? section.Take((int)length) : throw Damage.Is($"a value of it is {length} bytes long.");
    }
}

/// <summary>DELTA_BYTE_ARRAY: how much of the array before is repeated, then what follows it.</summary>
/// <remarks>No array is longer than all that follows together, so what is kept is bounded by the page.</remarks>
internal sealed class DeltaByteSource : ByteSource
{
    private readonly DeltaReader prefixes = new();
    private readonly DeltaLengthByteSource suffixes = new();
    private byte[] current = [];
    private int length;

    public override void Begin(PageSection values)
    {
        length = 0;
        prefixes.Begin(values);
        suffixes.Begin(new(values.Bytes, prefixes.FindEnd(), values.End));
    }

    public override ReadOnlySpan<byte> Next()
    {
        var prefix = prefixes.Next();
        if (prefix < 0 || prefix > length) throw Damage.Is($"a value of it repeats {prefix} bytes of one that has {length}.");
        var suffix = suffixes.Next();
        length = (int)prefix + suffix.Length;
        if (current.Length < length) Array.Resize(ref current, Math.Max(length, current.Length * 2));
        suffix.CopyTo(current.AsSpan((int)prefix));
        return current.AsSpan(0, length);
    }
}

/// <summary>BYTE_STREAM_SPLIT of arrays of one length.</summary>
internal sealed class SplitByteSource(int width) : ByteSource
{
    private byte[] current = [];
    private PageSection section;
    private int count, next;

    public override void Begin(PageSection values)
    {
        if (values.Left % width != 0) throw Damage.Is($"{values.Left} bytes cannot be split into values of {width}.");
        (section, count, next) = (values, values.Left / width, 0);
    }

    public override ReadOnlySpan<byte> Next()
    {
        if (next == count) throw Damage.Is("it ends before its last value.");
        if (current.Length < width) current = new byte[width];
        for (var part = 0; part < width; part++) current[part] = section.Bytes[section.At + part * count + next];
        next++;
        return current;
    }
}

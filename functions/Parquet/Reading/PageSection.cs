using System.Buffers.Binary;

namespace Pipeline.Parquet.Reading;

/// <summary>A stretch of a page's bytes, read from its start on and never past its end.</summary>
/// <remarks>At least <see cref="SlackBytes"/> of the array lie behind <see cref="End"/>: whole words may be loaded up to it.</remarks>
internal struct PageSection(byte[] bytes, int at, int end)
{
    /// <summary>Bytes of the array behind a page.</summary>
    public const int SlackBytes = 16;

    /// <summary>The page's array.</summary>
    public readonly byte[] Bytes = bytes;

    /// <summary>Where the section ends.</summary>
    public readonly int End = end;

    /// <summary>The next byte to read.</summary>
    public int At = at;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => End - At;

    /// <summary>Takes so many bytes off the start.</summary>
    public ReadOnlySpan<byte> Take(int count) => Bytes.AsSpan(Pass(count), count);

    /// <summary>Takes so many bytes off the start, as a section of their own.</summary>
    public PageSection TakeSection(int count)
    {
        var from = Pass(count);
        return new(Bytes, from, At);
    }

    /// <summary>Takes what is behind a length in four bytes.</summary>
    public PageSection TakeWithLength() => TakeSection(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))));

    /// <summary>Takes an unsigned number of at most 31 bits, 7 bits a byte, low bits first.</summary>
    public int TakeCount()
    {
        var value = TakeVarint();
        return value <= int.MaxValue ? (int)value : throw Damage.Is($"a number among its values is {value}, which no page can hold.");
    }

    /// <summary>Takes an unsigned number, 7 bits a byte, low bits first (ULEB128).</summary>
    public ulong TakeVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Bytes[Pass(1)];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Damage.Is("a number among its values has more than 64 bits.");
    }

    /// <summary>Takes a signed number whose sign is the lowest bit.</summary>
    public long TakeZigZag()
    {
        var value = TakeVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Up to 57 bits from a bit of the array on; <paramref name="bit"/> lies before <see cref="End"/> or at it.</summary>
    public static ulong Word(byte[] bytes, long bit) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan((int)(bit >> 3))) >> (int)(bit & 7);

    private int Pass(int count)
    {
        if ((uint)count > (uint)Left) throw Damage.Is("it ends before its last value.");
        var from = At;
        At += count;
        return from;
    }
}

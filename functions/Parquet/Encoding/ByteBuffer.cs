using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Encoding;

/// <summary>Bytes that grow at the end, are cleared and used again.</summary>
internal sealed class ByteBuffer
{
    private byte[] bytes = new byte[1024];

    /// <summary>Bytes in it.</summary>
    public int Length { get; private set; }

    /// <summary>What is in it.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Forgets everything and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Room for at least so many bytes behind the last one; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Room(int byteCount)
    {
        if (bytes.Length - Length < byteCount)
        {
            var doubled = (int)Math.Min(Array.MaxLength, bytes.Length * 2L);
            Array.Resize(ref bytes, Math.Max(doubled, checked(Length + byteCount)));
        }

        return bytes.AsSpan(Length);
    }

    /// <summary>Keeps so many bytes of the room given out.</summary>
    public void Advance(int byteCount) => Length += byteCount;

    /// <summary>Adds bytes.</summary>
    public void Write(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Room(more.Length));
        Length += more.Length;
    }

    /// <summary>Adds one byte.</summary>
    public void WriteByte(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>Adds a 32-bit number, least significant byte first.</summary>
    public void WriteInt32(int value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);
        Length += sizeof(int);
    }

    /// <summary>Overwrites four bytes written before.</summary>
    public void PatchInt32(int at, int value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at, sizeof(int)), value);

    /// <summary>Adds an unsigned number, 7 bits a byte, low bits first (ULEB128).</summary>
    public void WriteVarint(ulong value)
    {
        var room = Room(10);
        var n = 0;
        while (value >= 0x80)
        {
            room[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[n++] = (byte)value;
        Length += n;
    }

    /// <summary>Adds numbers as they lie in memory: least significant byte first, as Parquet's PLAIN wants them.</summary>
    public void WriteValues<T>(ReadOnlySpan<T> values) where T : unmanaged => Write(MemoryMarshal.AsBytes(values));
}

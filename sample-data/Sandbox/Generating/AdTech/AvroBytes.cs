using System.Numerics;
using System.Text;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>Writes values as Avro encodes them, knowing nothing of the pipeline's own reader.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#binary-encoding</remarks>
internal sealed class AvroBytes
{
    private readonly MemoryStream bytes = new();

    /// <summary>All that was written.</summary>
    public byte[] ToArray() => bytes.ToArray();

    /// <summary>An int, a long, a count, the number of a union's branch or of an enum's symbol: zigzag, seven bits a byte.</summary>
    public AvroBytes Long(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest > 0x7f; rest >>= 7) bytes.WriteByte((byte)(rest | 0x80));
        bytes.WriteByte((byte)rest);
        return this;
    }

    /// <summary>Bytes, their length in front.</summary>
    public AvroBytes Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        bytes.Write(value);
        return this;
    }

    /// <summary>A text.</summary>
    public AvroBytes Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>A decimal in bytes, by its unscaled value: big-endian two's complement.</summary>
    public AvroBytes Decimal(BigInteger unscaled) => Bytes(unscaled.ToByteArray(isBigEndian: true));

    /// <summary>A text or null, of the union <c>["null", "string"]</c>.</summary>
    public AvroBytes Maybe(string? value) => value is null ? Long(0) : Long(1).Text(value);

    /// <summary>What another one wrote, as it is.</summary>
    public AvroBytes Raw(ReadOnlySpan<byte> value)
    {
        bytes.Write(value);
        return this;
    }
}

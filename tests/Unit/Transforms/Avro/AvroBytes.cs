using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Writes Avro's binary form by the specification and nothing of the product's.</summary>
internal sealed class AvroBytes
{
    private readonly MemoryStream bytes = new();

    public byte[] ToArray() => bytes.ToArray();

    public AvroBytes Long(long value)
    {
        var zigzag = (ulong)value << 1 ^ (value < 0 ? ulong.MaxValue : 0);
        for (; zigzag > 0x7F; zigzag >>= 7) bytes.WriteByte((byte)(zigzag & 0x7F | 0x80));
        bytes.WriteByte((byte)zigzag);
        return this;
    }

    public AvroBytes Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public AvroBytes Bytes(params byte[] value) => Long(value.Length).Raw(value);

    public AvroBytes Raw(params byte[] value)
    {
        bytes.Write(value);
        return this;
    }

    public AvroBytes Boolean(bool value) => Raw(value ? (byte)1 : (byte)0);

    public AvroBytes Double(double value)
    {
        Span<byte> raw = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(raw, value);
        return Raw(raw.ToArray());
    }

    public AvroBytes Float(float value)
    {
        Span<byte> raw = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(raw, value);
        return Raw(raw.ToArray());
    }

    /// <summary>A message of a registry's writer.</summary>
    public static byte[] Registered(uint id, byte[] datum)
    {
        var head = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(1), id);
        return [.. head, .. datum];
    }
}

/// <summary>Writes container files by the specification and nothing of the product's.</summary>
internal sealed class ContainerFile
{
    public static readonly byte[] Sync = [.. Enumerable.Range(0, 16).Select(i => (byte)(0xA0 + i * 7))];

    private readonly MemoryStream file = new();
    private readonly string codec;

    public ContainerFile(string schema, string codec = "null")
    {
        this.codec = codec;
        file.Write([.. "Obj\u0001"u8]);
        file.Write(new AvroBytes().Long(2).Text("avro.schema").Text(schema).Text("avro.codec").Text(codec).Long(0).Raw(Sync).ToArray());
    }

    /// <summary>Where each block begins, and where the file ends.</summary>
    public List<int> Starts { get; } = [];

    public ContainerFile Block(int count, byte[] data)
    {
        Starts.Add((int)file.Length);
        var stored = codec == "deflate" ? Deflated(data) : data;
        file.Write(new AvroBytes().Long(count).Bytes(stored).Raw(Sync).ToArray());
        return this;
    }

    public ContainerFile Block(params IEnumerable<AvroBytes> data)
    {
        var all = data.Select(datum => datum.ToArray()).ToList();
        return Block(all.Count, [.. all.SelectMany(datum => datum)]);
    }

    public byte[] ToArray() => file.ToArray();

    private static byte[] Deflated(byte[] data)
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.Fastest)) deflate.Write(data);
        return target.ToArray();
    }
}

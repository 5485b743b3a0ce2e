using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Pipeline.Transforms.Attribution;

/// <summary>Tells one set of records from another, whatever their order: the sum of 128 bits of each one's SHA-256.</summary>
public sealed class ResultFingerprint
{
    /// <summary>The fingerprint of no records.</summary>
    public static readonly string Empty = new('0', 32);

    private UInt128 sum;

    /// <summary>Adds a record.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(record, hash);
        sum += BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => sum.ToString("x32", CultureInfo.InvariantCulture);
}

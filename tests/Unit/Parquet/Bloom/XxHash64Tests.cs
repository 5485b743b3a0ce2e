using System.Buffers.Binary;
using Pipeline.Parquet.Bloom;

namespace Pipeline.Tests.Unit.Parquet.Bloom;

public sealed class XxHash64Tests
{
    /// <summary>xxHash's own test vectors: https://github.com/Cyan4973/xxHash/blob/dev/cli/xsum_sanity_check.c</summary>
    [Theory]
    [InlineData(0, 0xEF46DB3751D8E999)]
    [InlineData(1, 0xE934A84ADB052768)]
    [InlineData(4, 0x9136A0DCA57457EE)]
    [InlineData(14, 0x8282DCC4994E35C8)]
    [InlineData(222, 0xB641AE8CB691C174)]
    public void The_published_vectors_come_out(int length, ulong expected) => Assert.Equal(expected, XxHash64.Of(SanityBuffer(length)));

    [Fact]
    public void Numbers_hash_as_their_bytes()
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (var value in (long[])[0, 1, -1, 199_695, long.MinValue, long.MaxValue])
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            Assert.Equal(XxHash64.Of(bytes), XxHash64.Of(value));
            Assert.Equal(XxHash64.Of(bytes[..4]), XxHash64.Of((int)value));
        }
    }

    private static byte[] SanityBuffer(int length)
    {
        var bytes = new byte[length];
        ulong generator = 2654435761;
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(generator >> 56);
            generator *= 11400714785074694797;
        }

        return bytes;
    }
}

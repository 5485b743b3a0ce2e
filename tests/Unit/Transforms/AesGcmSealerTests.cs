using Pipeline.Domain.Failures;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class AesGcmSealerTests
{
    private static readonly byte[] Key = new byte[32];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void What_is_sealed_can_be_opened(int bytes)
    {
        using var sealer = new AesGcmSealer(Key);
        var record = Enumerable.Range(0, bytes).Select(i => (byte)i).ToArray();
        Assert.Equal(record, sealer.Unseal(Seal(sealer, record, 7), QuarantineWriter.ContextOf("s", 7)));
    }

    [Fact]
    public void The_same_record_gives_the_same_bytes_and_no_two_records_share_a_nonce()
    {
        using var first = new AesGcmSealer(Key);
        using var second = new AesGcmSealer(Key);
        Assert.Equal(Seal(first, [1], 7), Seal(second, [1], 7));
        var nonces = new[] { Seal(first, [1], 7), Seal(first, [2], 7), Seal(first, [1], 8) }.Select(each => Convert.ToHexString(each[5..17]));
        Assert.Equal(3, nonces.Distinct().Count());
    }

    [Fact]
    public void A_changed_byte_another_place_and_another_key_are_noticed()
    {
        using var sealer = new AesGcmSealer(Key);
        using var other = new AesGcmSealer([1, .. Key[1..]]);
        var whole = Seal(sealer, "record"u8.ToArray(), 7);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = whole.ToArray();
            changed[at] ^= 1;
            Assert.Throws<TerminalException>(() => sealer.Unseal(changed, QuarantineWriter.ContextOf("s", 7)));
        }
        Assert.Throws<TerminalException>(() => sealer.Unseal(whole, QuarantineWriter.ContextOf("s", 8)));
        Assert.Throws<TerminalException>(() => sealer.Unseal(whole[..10], QuarantineWriter.ContextOf("s", 7)));
        Assert.Contains("sealed with another key", Assert.Throws<TerminalException>(() => other.Unseal(whole, QuarantineWriter.ContextOf("s", 7))).Message);
    }

    [Fact]
    public void A_key_of_another_length_is_refused() =>
        Assert.StartsWith("The quarantine key has 31 bytes; it needs 32.", Assert.Throws<ArgumentException>(() => new AesGcmSealer(new byte[31])).Message);

    private static byte[] Seal(AesGcmSealer sealer, byte[] record, long position)
    {
        var bytes = new byte[record.Length + sealer.OverheadBytes];
        sealer.Seal(record, QuarantineWriter.ContextOf("s", position), bytes);
        return bytes;
    }
}

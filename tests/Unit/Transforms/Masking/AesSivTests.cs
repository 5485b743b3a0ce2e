using System.Security.Cryptography;
using Pipeline.Transforms.Masking;

namespace Pipeline.Tests.Unit.Transforms.Masking;

public sealed class AesSivTests
{
    /// <summary>RFC 5297, appendix A.</summary>
    public static TheoryData<string, string[], string, string> Vectors => new()
    {
        {
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", ["101112131415161718191a1b1c1d1e1f2021222324252627"],
            "112233445566778899aabbccddee", "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"
        },
        {
            "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
            ["00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100", "102030405060708090a0", "09f911029d74e35bd84156c5635688c0"],
            "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553",
            "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d"
        },
    };

    /// <summary>Key 00 to 3f, associated data "ip", value of n bytes, byte i being 7i + n: as OpenSSL's AES-SIV seals it.</summary>
    public static TheoryData<int, string> OfOpenSsl => new()
    {
        { 1, "1d6167ab402f671bbc33b13aa80bcc8ac2" },
        { 15, "1283244ad13dcea335dc36aaa2b4d5972f259227fdaa2d64a4cf793b7eb86b" },
        { 16, "e8d8c8631e456ff6dc8d26f98fa60f32dcde11423b19f4fa034e4e1e3658312a" },
        { 17, "348b6c7af82cb61feb686fc563be7ecbfdb1c4db5fad6de9574bde2dce0bc14cf7" },
        { 31, "ec775b0716bbdecb2a33c066e41262c1e8c17e27ce649eebdc0920c721c7bb636dfaabf90809d4df7525d887368619" },
        { 32, "85fc35277c3ffc9943a337188eefa938cfe697aa55ce9be6ed344881383604510c0b0bcd3b97bd2fa3ac5feb1e80e858" },
        { 33, "37fef41cddb7332499d765b56f96dc58783f3c61627edff0a5c960648086132508d03b9009d3f82e8bf00f041e2fc3be78" },
        {
            100, "e192a0eb011be4aeb7b16df51c6219a6bf468bd33263ea56b6439f7438559180a395004dd99bac9a6e08e692e92a96ca233c0c2ced1f67ce6a26349a58d05ffc"
            + "52118943622f042c49673bdcd1ba31d80b470b025a3e14cecb5877221f94a22d4c1dcbcfc7c92610613a789277d3c2988994893c"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_vectors_of_the_rfc_are_sealed_and_opened(string key, string[] associated, string clear, string box)
    {
        using var siv = new AesSiv(Convert.FromHexString(key), [.. associated.Select(Convert.FromHexString)]);
        Assert.Equal(box, Seal(siv, Convert.FromHexString(clear)));
        Assert.Equal(clear, Open(siv, Convert.FromHexString(box)));
    }

    [Theory]
    [MemberData(nameof(OfOpenSsl))]
    public void Another_program_seals_the_same(int bytes, string box)
    {
        using var siv = new AesSiv([.. Enumerable.Range(0, 64).Select(i => (byte)i)], "ip"u8.ToArray());
        Assert.Equal(box, Seal(siv, [.. Enumerable.Range(0, bytes).Select(i => (byte)(7 * i + bytes))]));
    }

    [Theory]
    [InlineData("", "bb1d6929e95937287fa37d129b756746")]
    [InlineData("6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c")]
    [InlineData("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411", "dfa66747de9ae63030ca32611497c827")]
    public void The_vectors_of_rfc_4493_are_authenticated(string message, string mac)
    {
        using var cmac = new Cmac(Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c"));
        var code = new byte[16];
        cmac.Of(Convert.FromHexString(message), code);
        Assert.Equal(mac, Convert.ToHexStringLower(code));
    }

    [Fact]
    public void A_changed_bit_anywhere_another_key_or_other_associated_data_does_not_open()
    {
        var random = new Random(5297);
        var key = new byte[64];
        random.NextBytes(key);
        using var siv = new AesSiv(key, "ip"u8.ToArray());
        using var otherDomain = new AesSiv(key, "email"u8.ToArray());
        for (var bytes = 0; bytes < 70; bytes++)
        {
            var clear = new byte[bytes];
            random.NextBytes(clear);
            var box = Convert.FromHexString(Seal(siv, clear));
            Assert.Equal(Convert.ToHexStringLower(clear), Open(siv, box));
            Assert.Null(Open(otherDomain, box));
            var bit = random.Next(box.Length * 8);
            box[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Null(Open(siv, box));
        }
        using var otherKey = new AesSiv(RandomNumberGenerator.GetBytes(64), "ip"u8.ToArray());
        Assert.Null(Open(otherKey, Convert.FromHexString(Seal(siv, "203.0.113.7"u8.ToArray()))));
        Assert.Null(Open(siv, new byte[15]));
    }

    private static string Seal(AesSiv siv, byte[] clear)
    {
        var box = new byte[clear.Length + AesSiv.TagBytes];
        siv.Seal(clear, box);
        return Convert.ToHexStringLower(box);
    }

    private static string? Open(AesSiv siv, byte[] box)
    {
        var clear = new byte[Math.Max(0, box.Length - AesSiv.TagBytes)];
        return siv.TryOpen(box, clear) ? Convert.ToHexStringLower(clear) : null;
    }
}

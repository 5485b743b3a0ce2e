using System.Security.Cryptography;

namespace Pipeline.Transforms.Masking;

/// <summary>AES, block by block: what modes are made of.</summary>
internal sealed class AesBlocks : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 16;

    private readonly Aes aes = Aes.Create();
    private readonly ICryptoTransform encryptor;

    /// <param name="key">16, 24 or 32 bytes.</param>
    public AesBlocks(ReadOnlySpan<byte> key)
    {
        aes.Key = key.ToArray();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        encryptor = aes.CreateEncryptor();
    }

    /// <summary>Encrypts blocks, each for itself.</summary>
    public void Encrypt(byte[] from, byte[] to, int blocks)
    {
        if (blocks > 0) encryptor.TransformBlock(from, 0, blocks * BlockBytes, to, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        encryptor.Dispose();
        aes.Dispose();
    }
}

/// <summary>AES-CMAC, RFC 4493 (https://www.rfc-editor.org/rfc/rfc4493), for keys of any AES length.</summary>
internal sealed class Cmac : IDisposable
{
    private const int BlockBytes = AesBlocks.BlockBytes;

    private readonly AesBlocks blocks;
    private readonly byte[] whole = new byte[BlockBytes];
    private readonly byte[] padded = new byte[BlockBytes];
    private readonly byte[] mixed = new byte[BlockBytes];
    private readonly byte[] chained = new byte[BlockBytes];

    public Cmac(ReadOnlySpan<byte> key)
    {
        blocks = new(key);
        blocks.Encrypt(new byte[BlockBytes], whole, 1);
        Double(whole);
        whole.CopyTo(padded, 0);
        Double(padded);
    }

    /// <summary>The authentication code of a message.</summary>
    public void Of(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        chained.AsSpan().Clear();
        for (; message.Length > BlockBytes; message = message[BlockBytes..]) Chain(message[..BlockBytes], default);
        Chain(message, message.Length == BlockBytes ? whole : padded);
        chained.CopyTo(mac);
    }

    /// <summary>Doubles in the field of 2^128 elements.</summary>
    public static void Double(Span<byte> block)
    {
        var carry = block[0] >> 7;
        for (var i = 0; i < BlockBytes - 1; i++) block[i] = (byte)(block[i] << 1 | block[i + 1] >> 7);
        block[^1] = (byte)(block[^1] << 1 ^ carry * 0x87);
    }

    /// <inheritdoc/>
    public void Dispose() => blocks.Dispose();

    private void Chain(ReadOnlySpan<byte> part, ReadOnlySpan<byte> subkey)
    {
        for (var i = 0; i < part.Length; i++) mixed[i] = (byte)(chained[i] ^ part[i]);
        if (part.Length < BlockBytes)
        {
            mixed[part.Length] = (byte)(chained[part.Length] ^ 0x80);
            for (var i = part.Length + 1; i < BlockBytes; i++) mixed[i] = chained[i];
        }
        for (var i = 0; i < subkey.Length; i++) mixed[i] ^= subkey[i];
        blocks.Encrypt(mixed, chained, 1);
    }
}

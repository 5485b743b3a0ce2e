using System.Text;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro.Containers;

/// <summary>The head of a container file: metadata and the mark that ends every block.</summary>
/// <param name="Bytes">Bytes of it; the first block begins behind them.</param>
/// <param name="Sync">The mark.</param>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#object-container-files</remarks>
internal sealed record OcfHead(OcfHeader Header, int Bytes, byte[] Sync)
{
    /// <summary>Bytes of a head at most.</summary>
    public const int MaxBytes = 2 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Magic => "Obj\u0001"u8;

    /// <summary>Reads the head.</summary>
    /// <param name="file">The file's first bytes, <see cref="MaxBytes"/> of them or all.</param>
    /// <param name="fault">Why the file cannot be read, in a sentence.</param>
    public static OcfHead? Read(ReadOnlySpan<byte> file, out string fault)
    {
        fault = "The file does not begin as an Avro container file does (Obj and a 1).";
        if (!file.StartsWith(Magic)) return null;
        var metadata = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var at = Magic.Length;
        fault = $"The head of the file is damaged, or has more than {MaxBytes >> 20} MiB.";
        if (!TryMetadata(file, ref at, metadata) || file.Length - at < OcfBlock.SyncBytes) return null;
        var sync = file.Slice(at, OcfBlock.SyncBytes).ToArray();
        if (!metadata.TryGetValue("avro.schema", out var schema) || Text(schema) is not { } text)
            fault = "The head of the file has no schema (avro.schema), or one that is not UTF-8.";
        else if (Text(metadata.GetValueOrDefault("avro.codec") ?? "null"u8.ToArray()) is not { } name || OcfCodecs.Parse(name) is not { } codec)
            fault = "The blocks of the file are compressed with a codec that is not read here; write it with null, deflate, snappy or zstandard.";
        else return new(new(text, codec), at + sync.Length, sync);
        return null;
    }

    private static bool TryMetadata(ReadOnlySpan<byte> file, ref int at, Dictionary<string, byte[]> metadata)
    {
        while (TryLong(file, ref at, out var count))
        {
            if (count == 0) return true;
            if (count < 0 && (count == long.MinValue || !TryLong(file, ref at, out _))) return false;
            for (count = Math.Abs(count); count > 0; count--)
            {
                if (!TryBytes(file, ref at, out var key) || !TryBytes(file, ref at, out var value)) return false;
                metadata[Encoding.UTF8.GetString(key)] = value.ToArray();
            }
        }
        return false;
    }

    private static bool TryBytes(ReadOnlySpan<byte> file, ref int at, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!TryLong(file, ref at, out var length) || length < 0 || length > file.Length - at) return false;
        bytes = file.Slice(at, (int)length);
        at += (int)length;
        return true;
    }

    private static bool TryLong(ReadOnlySpan<byte> file, ref int at, out long value)
    {
        var isRead = Varint.TryRead(file, ref at, out var bits);
        value = Varint.UnZigZag(bits);
        return isRead;
    }

    private static string? Text(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

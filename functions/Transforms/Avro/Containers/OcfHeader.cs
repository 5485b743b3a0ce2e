using System.Text.Json;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Avro.Containers;

/// <summary>What a piece of a container file must know of its file's head, as the key of its record in a segment.</summary>
/// <remarks>
/// <c>{"schema":"{…}","codec":"deflate"}</c> for a piece of whole blocks, <c>{"damaged":"damaged_block","reason":"…"}</c> for bytes that
/// are none.
/// </remarks>
internal sealed record OcfHeader(string Schema, OcfCodec Codec)
{
    /// <summary>The key of pieces with blocks.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["schema"] = Schema, ["codec"] = Codec.Text(),
    });

    /// <summary>The key of a piece that cannot be read.</summary>
    public static byte[] Damaged(RejectionCode code, string reason) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["damaged"] = code.Text(), ["reason"] = reason,
    });

    /// <summary>Reads a key.</summary>
    /// <param name="fault">What is wrong with the piece; null when nothing is.</param>
    /// <returns>Null when the piece cannot be read.</returns>
    public static OcfHeader? Read(ReadOnlySpan<byte> key, out (RejectionCode Code, string Reason)? fault)
    {
        fault = (RejectionCode.DamagedFile, "The piece was landed without the head of its file.");
        Dictionary<string, string>? parts;
        try
        {
            parts = JsonSerializer.Deserialize<Dictionary<string, string>>(key);
        }
        catch (JsonException)
        {
            return null;
        }
        if (parts?.GetValueOrDefault("damaged") is { } damaged)
        {
            var isBlock = damaged == RejectionCode.DamagedBlock.Text();
            fault = (isBlock ? RejectionCode.DamagedBlock : RejectionCode.DamagedFile, parts.GetValueOrDefault("reason") ?? "");
            return null;
        }
        if (parts?.GetValueOrDefault("schema") is not { } schema || OcfCodecs.Parse(parts.GetValueOrDefault("codec") ?? "") is not { } codec)
            return null;
        fault = null;
        return new(schema, codec);
    }
}

namespace Pipeline.Transforms.Avro.Containers;

/// <summary>How the blocks of a container file are compressed.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#required-codecs</remarks>
internal enum OcfCodec
{
    /// <summary>Not.</summary>
    Null,

    /// <summary>RFC 1951.</summary>
    Deflate,

    /// <summary>Snappy, with the CRC-32 of what it holds behind it.</summary>
    Snappy,

    /// <summary>RFC 8878.</summary>
    Zstandard,
}

/// <summary>The text form of codecs.</summary>
internal static class OcfCodecs
{
    private static readonly string[] Texts = ["null", "deflate", "snappy", "zstandard"];

    /// <summary>As a file's head names it.</summary>
    public static string Text(this OcfCodec codec) => Texts[(int)codec];

    /// <summary>The codec of a name; null for one that nothing here reads.</summary>
    public static OcfCodec? Parse(string name) => Array.IndexOf(Texts, name) is >= 0 and var index ? (OcfCodec)index : null;
}

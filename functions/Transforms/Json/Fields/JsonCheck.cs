using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Tells whether a text is one JSON value, by the same rules as a whole record.</summary>
internal sealed class JsonCheck
{
    private readonly JsonScanner scanner;
    private readonly TokenGroup tokens = new(0);
    private byte[] padded = new byte[1024];

    /// <summary>A check under a contract's limits.</summary>
    public JsonCheck(DatasetContract contract) => scanner = new(JsonDecodePlan.Compile(contract with { Columns = [] }), tokens);

    /// <summary>What is wrong with a text that is UTF-8; null when it is JSON.</summary>
    public RejectionCode? Fault(ReadOnlySpan<byte> text)
    {
        var bytes = text.Length + 1 + SegmentBlock.PaddingBytes;
        if (padded.Length < bytes) padded = new byte[Math.Max(bytes, padded.Length * 2)];
        text.CopyTo(padded);
        padded[text.Length] = (byte)'\n';
        if (text.StartsWith("\uFEFF"u8)) return RejectionCode.MalformedJson;
        // A value that is no object is refused as a record only, and only when all of it is JSON.
        return scanner.Scan(padded, 0, text.Length, forShape: false) || scanner.Code == RejectionCode.NotAnObject ? null : scanner.Code;
    }
}

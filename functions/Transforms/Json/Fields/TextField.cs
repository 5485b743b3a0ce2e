using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Lake;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A JSON string, escapes decoded.</summary>
internal sealed class TextField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<Utf8Column>(plan)
{
    private readonly int maxCodePoints = plan.Spec.MaxLength ?? int.MaxValue;
    private readonly int maxKeyBytes = plan.MaxKeyBytes;
    private readonly string? folder = plan.IsLakePartition ? plan.Spec.Name : null;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText) return RejectionCode.WrongType;
        var text = scratch.TextOf(token, run);
        if (token.Kind == TokenKind.EscapedString && text.Contains((byte)0)) return RejectionCode.NulCharacter;
        if (text.Length > maxCodePoints && CodePoints(text) > maxCodePoints) return RejectionCode.TooLong;
        if (text.Length > maxKeyBytes) return RejectionCode.TooLong;
        if (folder is not null && text.IsEmpty) return RejectionCode.Empty;
        if (folder is not null && HivePath.FolderBytes(folder, text) > HivePath.MaxFolderBytes) return RejectionCode.TooLong;
        Bound.Append(text);
        return null;
    }

    /// <summary>Every byte but the continuing ones (10xxxxxx) begins a code point.</summary>
    private static int CodePoints(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var value in utf8)
            if ((value & 0xC0) != 0x80) count++;
        return count;
    }
}

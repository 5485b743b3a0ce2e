using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Lake;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A text, decoded.</summary>
internal sealed class TextField(ColumnPlan plan, DecodeScratch scratch) : FieldDecoder<TextColumn>(plan)
{
    /// <summary>Distinct texts and bytes that a dictionary is kept up to.</summary>
    private const int MaxEntries = 32_768, MaxBytes = 1 << 20;

    /// <summary>Rows after which it is asked whether a dictionary pays.</summary>
    private const int TrialRows = 4096;

    private readonly int maxCodePoints = plan.Spec.MaxLength ?? int.MaxValue;
    private readonly int maxKeyBytes = plan.MaxKeyBytes;
    private readonly int surelyShort = SurelyShort(plan);
    private readonly int surelyLong = plan.IsLakePartition ? 1 : 0;
    private long seen;
    private readonly string? folder = plan.IsLakePartition ? plan.Spec.Name : null;

    /// <inheritdoc/>
    protected override RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run)
    {
        if (!token.IsText) return RejectionCode.WrongType;
        var text = scratch.TextOf(token, run);
        if (token.Kind != TokenKind.String && text.Contains((byte)0)) return RejectionCode.NulCharacter;
        if (text.Length > maxCodePoints && CodePoints(text) > maxCodePoints) return RejectionCode.TooLong;
        if (text.Length > maxKeyBytes) return RejectionCode.TooLong;
        if (folder is not null && text.IsEmpty) return RejectionCode.Empty;
        if (folder is not null && HivePath.FolderBytes(folder, text) > HivePath.MaxFolderBytes) return RejectionCode.TooLong;
        Bound.Append(text);
        seen++;
        return null;
    }

    /// <inheritdoc/>
    protected override int AppendPlain(ReadOnlySpan<TokenKind> kinds, ReadOnlySpan<TextPlace> places, ReadOnlySpan<byte> run)
    {
        var count = Fitting(places[..TokenGroup.LeadingTexts(kinds)]);
        if (count == 0) return 0;
        Bound.Append(run, places[..count]);
        seen += count;
        return count;
    }

    /// <summary>How many texts come before the first that could break a bound of the column.</summary>
    private int Fitting(ReadOnlySpan<TextPlace> places)
    {
        if (surelyShort < surelyLong) return 0;
        var span = (uint)(surelyShort - surelyLong);
        for (var i = 0; i < places.Length; i++)
            if ((uint)(places[i].Length - surelyLong) > span) return i;
        return places.Length;
    }

    /// <inheritdoc/>
    /// <remarks>Decided by the records alone, so that the same ones always give the same columns.</remarks>
    public override void Bind(RecordBatch batch)
    {
        if (seen >= TrialRows && batch.Rows == 0 && batch.Columns[Index] is Utf8DictionaryColumn { Dictionary: var texts }
            && (texts.Count > MaxEntries || texts.Bytes.Length > MaxBytes || texts.Count * 2L > seen))
            batch.Replace(Index, new Utf8Column());
        base.Bind(batch);
    }

    /// <summary>Bytes up to which a text keeps every bound of the column whatever its characters are.</summary>
    private static int SurelyShort(ColumnPlan plan)
    {
        var bytes = Math.Min(plan.Spec.MaxLength ?? int.MaxValue, plan.MaxKeyBytes);
        if (plan.IsLakePartition) bytes = Math.Min(bytes, (HivePath.MaxFolderBytes - plan.Spec.Name.Length - 3) / 3);
        return Math.Max(0, bytes);
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

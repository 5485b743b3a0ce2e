using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Masking;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>A contract column and where the scanner notes its value.</summary>
/// <param name="Index">Place in the contract and in the batch.</param>
/// <param name="Slots">The scanner's slots of its paths, in the contract's order: the first present one wins.</param>
internal sealed record ColumnPlan(DatasetContract Contract, ColumnSpec Spec, int Index, int[] Slots)
{
    /// <summary>PostgreSQL refuses index rows beyond about 2,700 bytes; a key's texts share what is safely below.</summary>
    /// <remarks>https://www.postgresql.org/docs/current/btree.html: a third of a page at most.</remarks>
    private const int KeyBytes = 2400;

    private readonly ListSelection?[] selections = [.. Spec.From.Select(ListSelection.Of)];

    private readonly NullTexts nulls = new(TextsOfNull(Contract, Spec));

    /// <summary>The slot of the only path, where what stands there is the value whatever it is; -1 otherwise.</summary>
    public int PlainSlot { get; } =
        Slots is [var only] && !Spec.From[0].Contains('[') && TextsOfNull(Contract, Spec).Count == 0 ? only : -1;

    /// <summary>What stands at the only path is the value, and null is one.</summary>
    public bool TakesNull => PlainSlot >= 0 && !Spec.Required && Default is null;

    /// <summary>UTF-8 bytes the merge key allows this text; <see cref="int.MaxValue"/> when it is no part of it.</summary>
    public int MaxKeyBytes => Contract.Table is not { } table || !table.Key.Contains(Spec.Name) ? int.MaxValue
        : Spec.Mask is { Kind: MaskKind.AesSiv } ? AesSivMask.MaxClearBytes(KeyBytes / table.Key.Count) : KeyBytes / table.Key.Count;

    /// <summary>Its value becomes a folder name.</summary>
    public bool IsLakePartition => Contract.Lake.PartitionBy.Contains(Spec.Name);

    /// <summary>All values are texts, flags and JSON included.</summary>
    public bool IsAllText => Contract.Source.Format == RecordFormat.Csv;

    /// <summary>Texts that hold a number are read as one.</summary>
    public bool NumbersAsText => IsAllText || Contract.Source.Pages is { NumbersAsText: true };

    /// <summary>Digits after the point of the source's numbers, counted in the column's unit, that the column keeps.</summary>
    public int Scale => Spec.Type.Scale - (IsMicros ? 6 : 0);

    /// <summary>JSON of the value where none is sent, in the source's unit; null without one.</summary>
    public byte[]? Default { get; } = Spec.Defaults.Count == 0 ? null
        : Encoding.UTF8.GetBytes(Spec.Defaults.Values.First() + (Spec.Units.Values.Contains(NumberUnit.Micros) ? "e6" : ""));

    private static IReadOnlyList<string> TextsOfNull(DatasetContract contract, ColumnSpec spec) =>
        spec.Type.Kind == ColumnKind.Json ? [] : contract.Source.Pages?.Nulls ?? [];

    private bool IsMicros => Spec.Units.Values.Contains(NumberUnit.Micros);

    /// <summary>What a fault calls a path.</summary>
    public string FieldOf(int path) => Spec.From.Count == 0 ? Spec.Name : Spec.From[path];

    /// <summary>The value at a path: what the scanner noted, an item of it where the path selects one, null where the text means
    /// so.</summary>
    public FieldToken ValueOf(int path, in FieldToken noted, ReadOnlySpan<byte> run)
    {
        var token = selections[path] is { } selection ? selection.Find(noted, run) : noted;
        return nulls.Hold(token, run) ? new(TokenKind.Null, 0, 0) : token;
    }

    /// <summary>The token of <see cref="Default"/>.</summary>
    public FieldToken DefaultToken => Default![0] switch
    {
        (byte)'"' => new(Default.Contains((byte)'\\') ? TokenKind.EscapedString : TokenKind.String, 1, Default.Length - 2),
        (byte)'t' => new(TokenKind.True, 0, Default.Length),
        (byte)'f' => new(TokenKind.False, 0, Default.Length),
        _ => new(Default.AsSpan().IndexOfAny(".eE"u8) < 0 ? TokenKind.Integer : TokenKind.Number, 0, Default.Length),
    };
}

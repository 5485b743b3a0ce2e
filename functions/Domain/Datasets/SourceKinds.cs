namespace Pipeline.Domain.Datasets;

/// <summary>The text form of source kinds, as contracts, page headers, settings and the ledger carry it.</summary>
public static class SourceKinds
{
    private static readonly (SourceKind Kind, string Text)[] Texts =
    [
        (SourceKind.Kafka, "kafka"), (SourceKind.Facebook, "facebook"), (SourceKind.GoogleAds, "google_ads"),
            (SourceKind.CleverTap, "clevertap"), (SourceKind.Files, "files"), (SourceKind.Sqs, "sqs"), (SourceKind.Attribution, "attribution"),
            (SourceKind.BigQuery, "bigquery"), (SourceKind.Relational, "relational"),
    ];

    /// <summary>All texts, in the kinds' order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Texts.Select(each => each.Text)];

    /// <summary>The kinds whose systems are asked for days of an account, and can be asked for them again.</summary>
    public static IEnumerable<SourceKind> Asked =>
        Texts.Select(each => each.Kind).Where(kind => !kind.AreRecords() && kind != SourceKind.Attribution);

    /// <summary>The kind as a contract writes it: <c>google_ads</c>.</summary>
    public static string Text(this SourceKind kind) => Texts[(int)kind].Text;

    /// <summary>Sources whose records are rows, not pages of an account.</summary>
    public static bool AreRecords(this SourceKind kind) => kind is SourceKind.Kafka or SourceKind.Files or SourceKind.Sqs;

    /// <summary>The kind a text names; null when it names none.</summary>
    public static SourceKind? Parse(ReadOnlySpan<char> text)
    {
        foreach (var (kind, name) in Texts)
            if (text.SequenceEqual(name)) return kind;
        return null;
    }
}

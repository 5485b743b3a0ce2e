namespace Pipeline.Domain.Datasets;

/// <summary>How a provider's answers, landed as pages, are taken apart into records.</summary>
/// <param name="Streams">Streams that feed the dataset; empty for all that no other dataset of this source names.</param>
/// <param name="Records">Names the list of records may have in an answer (old and new name of one key).</param>
/// <param name="Envelope">The other keys an answer may have; one with a key beyond these is refused as a whole.</param>
/// <param name="RecordsOptional">An answer without the list has no records; otherwise it is refused.</param>
public sealed record PageSpec(
    IReadOnlyList<string> Streams, IReadOnlyList<string> Records, IReadOnlyList<string> Envelope, bool RecordsOptional)
{
    /// <summary>Texts that hold a number are read as one.</summary>
    public bool NumbersAsText { get; init; }

    /// <summary>Texts that mean null, whatever the column; compared as they are.</summary>
    public IReadOnlyList<string> Nulls { get; init; } = [];

    /// <summary>Paths of fields that records are known to have and no column reads: they are no news.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>The key of an answer that lists its fields, with commas between; null where answers do not say.</summary>
    public string? FieldMask { get; init; }

    /// <summary>How answers tell the columns they have; null where they do not.</summary>
    public PageSchema? Schema { get; init; }
}

/// <summary>The columns that an answer tells of itself: <c>{"fields": [{"name": "id", "type": "INTEGER", "mode": "NULLABLE"}]}</c>, a
/// <c>fields</c> within for columns that have parts. It is in every answer, and every column that a contract reads must be in it.</summary>
/// <param name="Key">The answer's key.</param>
/// <param name="IsPositional">Records are values in the columns' order, without names: <c>{"f": [{"v": "1"}]}</c>.</param>
public sealed record PageSchema(string Key, bool IsPositional);

/// <summary>A view of the warehouse that is kept with the contracts.</summary>
/// <param name="Name">Its name in the warehouse schema.</param>
/// <param name="Query">The SELECT it stands for.</param>
public sealed record ViewSpec(string Name, string Query);

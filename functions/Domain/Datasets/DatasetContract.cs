namespace Pipeline.Domain.Datasets;

/// <summary>One dataset's declared shape and rules, read from <c>datasets/&lt;name&gt;.yaml</c> and already validated.</summary>
/// <remarks>Everything is derived from it: the decoder plan, the Parquet schema, the table DDL, the merge and the data dictionary.</remarks>
public sealed record DatasetContract
{
    /// <summary>Lower-case snake case; the first folder of its objects in the lake.</summary>
    public required string Dataset { get; init; }

    /// <summary>Starts at 1; raised by every change that can alter an output row. Written into every Parquet footer.</summary>
    public required int Version { get; init; }

    /// <summary>One sentence for people: what a row is. Empty when the contract says nothing.</summary>
    public string Description { get; init; } = "";

    /// <summary>Who answers for the data; empty when the contract says nothing.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Where the records come from and how they are encoded.</summary>
    public required SourceSpec Source { get; init; }

    /// <summary>The columns in their declared order, which is the order in files and tables.</summary>
    public required IReadOnlyList<ColumnSpec> Columns { get; init; }

    /// <summary>How Parquet objects are laid out.</summary>
    public required LakeSpec Lake { get; init; }

    /// <summary>The PostgreSQL table the rows are merged into; null when the dataset lives in the lake only.</summary>
    public TableSpec? Table { get; init; }

    /// <summary>Bounds a single record must keep.</summary>
    public RecordLimits Limits { get; init; } = new();

    /// <summary>The position of a column in <see cref="Columns"/>; -1 when there is none of that name.</summary>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (Columns[i].Name == column) return i;
        return -1;
    }
}

/// <summary>Where a dataset's records come from.</summary>
/// <param name="Kind">The system that is read.</param>
/// <param name="Topic">Kafka topic.</param>
/// <param name="Format">How one record's bytes are encoded.</param>
/// <param name="TimeZone">
/// IANA zone of timestamps that carry none; null refuses them (<see cref="Publications.RejectionCode.TimestampWithoutZone"/>): a zone is
/// a setting, never a guess.
/// </param>
public sealed record SourceSpec(SourceKind Kind, string Topic, RecordFormat Format, string? TimeZone = null);

/// <summary>The systems a dataset can be read from.</summary>
public enum SourceKind
{
    /// <summary>A Kafka topic, one record a message.</summary>
    Kafka,
}

/// <summary>How one record's bytes are encoded.</summary>
public enum RecordFormat
{
    /// <summary>One JSON object (RFC 8259) in UTF-8.</summary>
    Json,
}

/// <summary>One declared column.</summary>
/// <param name="Name">As it appears in files and tables; case is kept.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="From">
/// Dotted paths into the record, the first present one wins (old and new names of one field); empty for a derived column.
/// </param>
/// <param name="Derive">How the value is made from another column; null for a column that is read.</param>
/// <param name="Required">
/// A record in which the value is missing or null is refused. A derived column is required exactly when the column it is made from is.
/// </param>
/// <param name="MaxLength">Unicode code points at most, strings only; null for no bound of its own.</param>
/// <param name="Description">One sentence for people; empty when the contract says nothing.</param>
public sealed record ColumnSpec(
    string Name, ColumnType Type, IReadOnlyList<string> From, Derivation? Derive = null, bool Required = false, int? MaxLength = null,
    string Description = "");

/// <summary>A value made from another column of the same row.</summary>
/// <param name="Kind">What is computed.</param>
/// <param name="Column">The column it is computed from; declared, not derived itself.</param>
public sealed record Derivation(DerivationKind Kind, string Column);

/// <summary>The derivations a contract can ask for.</summary>
public enum DerivationKind
{
    /// <summary>The UTC day of a timestamp.</summary>
    Date,
}

/// <summary>How a dataset's Parquet objects are laid out.</summary>
/// <param name="PartitionBy">Columns that become <c>name=value</c> folders, outermost first; they are not in the files.</param>
/// <param name="SortBy">Columns a file's rows are ordered by, ascending, nulls last; empty keeps source order.</param>
/// <param name="Codec">Compression of the data pages.</param>
public sealed record LakeSpec(IReadOnlyList<string> PartitionBy, IReadOnlyList<string> SortBy, LakeCodec Codec)
{
    /// <summary>Columns people look up one value of: every row group of a file says, unread, which values it does not have.</summary>
    public IReadOnlyList<string> Bloom { get; init; } = [];
}

/// <summary>Compression of Parquet data pages.</summary>
public enum LakeCodec
{
    /// <summary>Not compressed.</summary>
    None,

    /// <summary>Snappy, raw format.</summary>
    Snappy,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 8878.</summary>
    Zstd,
}

/// <summary>The PostgreSQL table a dataset is merged into.</summary>
/// <param name="Name">Table name in the warehouse schema.</param>
/// <param name="Key">The merge key: required columns that identify a row.</param>
/// <param name="NewerBy">The column that decides which of two rows with one key stays; ties go to the later source position.</param>
public sealed record TableSpec(string Name, IReadOnlyList<string> Key, string NewerBy);

/// <summary>Bounds a single record must keep; one that does not is refused, its neighbours are not touched.</summary>
/// <param name="MaxRecordBytes">Bytes of one record, default 1 MiB.</param>
/// <param name="MaxDepth">Nested objects and arrays, the record itself being depth 1; default 64.</param>
public sealed record RecordLimits(int MaxRecordBytes = 1024 * 1024, int MaxDepth = 64);

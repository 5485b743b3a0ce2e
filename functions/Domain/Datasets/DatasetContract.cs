using Pipeline.Domain.Segments;

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

    /// <summary>Where the records come from and how they are encoded: the only source, or the first of several.</summary>
    public required SourceSpec Source { get => Sources[0]; init => Sources = [value]; }

    /// <summary>All sources, each of another kind; several only where their answers become rows of one shape, and either all of them pages
    /// or none.</summary>
    public IReadOnlyList<SourceSpec> Sources { get; init; } = [];

    /// <summary>The columns in their declared order, which is the order in files and tables.</summary>
    public required IReadOnlyList<ColumnSpec> Columns { get; init; }

    /// <summary>How Parquet objects are laid out.</summary>
    public required LakeSpec Lake { get; init; }

    /// <summary>The PostgreSQL table the rows are merged into; null when the dataset lives in the lake only.</summary>
    public TableSpec? Table { get; init; }

    /// <summary>Views that read the table and perhaps others; empty without a table.</summary>
    public IReadOnlyList<ViewSpec> Views { get; init; } = [];

    /// <summary>Bounds a single record must keep.</summary>
    public RecordLimits Limits { get; init; } = new();

    /// <summary>What its rows must be like together.</summary>
    public QualitySpec Quality { get; init; } = new();

    /// <summary>Rows that are not wanted, in the order in which they are asked for: a row goes by the first rule that drops it.</summary>
    public IReadOnlyList<FilterSpec> Filters { get; init; } = [];

    /// <summary>Which rows are one; null when all are published.</summary>
    public DedupeSpec? Dedupe { get; init; }

    /// <summary>The position of a column in <see cref="Columns"/>; -1 when there is none of that name.</summary>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
            if (Columns[i].Name == column) return i;
        return -1;
    }

    /// <summary>The source of a kind; null when the dataset has none.</summary>
    public SourceSpec? SourceOf(SourceKind kind) => Sources.FirstOrDefault(source => source.Kind == kind);

    /// <summary>The source that a shard's records came from.</summary>
    /// <exception cref="ArgumentException">The dataset has no such source.</exception>
    public SourceSpec SourceOf(Shard shard) => SourceOf(ShardNames.KindOf(shard) ?? Source.Kind)
        ?? throw new ArgumentException($"Dataset {Dataset} has no source of which {shard} is a shard.", nameof(shard));

    /// <summary>The contract as a decoder of one source sees it: one source, and columns that say plainly where they come from.</summary>
    /// <param name="stream">The stream, where columns ask for more in some (<see cref="ColumnSpec.RequiredIn"/>).</param>
    /// <exception cref="ArgumentException">The dataset has no such source.</exception>
    public DatasetContract For(SourceKind kind, string stream = "") => this with
    {
        Source = SourceOf(kind) ?? throw new ArgumentException($"Dataset {Dataset} has no source {kind}.", nameof(kind)),
        Columns = [.. Columns.Select(column => column.For(kind, stream))],
    };
}

/// <summary>Where a dataset's records come from.</summary>
/// <param name="Kind">The system that is read.</param>
/// <param name="Topic">Kafka topic; empty for other systems.</param>
/// <param name="Format">How one record's bytes are encoded.</param>
/// <param name="TimeZone">
/// IANA zone of timestamps that carry none; null refuses them (<see cref="Publications.RejectionCode.TimestampWithoutZone"/>): a zone is
/// a setting, never a guess.
/// </param>
public sealed record SourceSpec(SourceKind Kind, string Topic, RecordFormat Format, string? TimeZone = null)
{
    /// <summary>How a provider's answers are taken apart; null for a source whose records are rows.</summary>
    public PageSpec? Pages { get; init; }

    /// <summary>Folder of the drop store whose files are read, without slashes at its ends; empty for other systems.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Name of the queue, under which settings keep its address; empty for other systems.</summary>
    public string Queue { get; init; } = "";

    /// <summary>How CSV records are written; null for other formats.</summary>
    public CsvSpec? Csv { get; init; }

    /// <summary>How Avro records are read; null for other formats.</summary>
    public AvroSpec? Avro { get; init; }
}

/// <summary>The systems a dataset can be read from.</summary>
public enum SourceKind
{
    /// <summary>A Kafka topic, one record a message.</summary>
    Kafka,

    /// <summary>Meta's Marketing API, pages of insights and of ad objects.</summary>
    Facebook,

    /// <summary>Google Ads API, batches of a search stream.</summary>
    GoogleAds,

    /// <summary>CleverTap, pages of events and of profiles.</summary>
    CleverTap,

    /// <summary>Files dropped into a folder of the drop store, rows of one format.</summary>
    Files,

    /// <summary>An SQS queue, one record a message.</summary>
    Sqs,

    /// <summary>What the pipeline correlates of its own datasets, as pages.</summary>
    Attribution,

    /// <summary>BigQuery, pages of query results.</summary>
    BigQuery,

    /// <summary>Tables of PostgreSQL databases, pages of rows.</summary>
    Relational,
}

/// <summary>How one record's bytes are encoded.</summary>
public enum RecordFormat
{
    /// <summary>One JSON object (RFC 8259) in UTF-8.</summary>
    Json,

    /// <summary>One row of comma-separated values (RFC 4180 and its relatives) in UTF-8.</summary>
    Csv,

    /// <summary>One Avro datum: of a container file, or a message that names its schema by a registry's id or by its fingerprint.</summary>
    Avro,
}

/// <summary>How CSV records are written.</summary>
/// <param name="Delimiter">Between fields: an ASCII character, neither a quote nor a line break.</param>
/// <param name="Fields">Names of the fields in their order, for records without a header line (messages have none); empty when the first line
/// of each file names them.</param>
/// <param name="Nulls">Unquoted texts that mean null; the empty one unless the contract says otherwise.</param>
public sealed record CsvSpec(char Delimiter, IReadOnlyList<string> Fields, IReadOnlyList<string> Nulls);

/// <summary>How Avro records are read.</summary>
/// <param name="Schema">JSON of the reader's schema, by which records of any writer are resolved; null reads each as it was written.</param>
/// <param name="IsBare">Messages are bare data of that schema and name none themselves.</param>
/// <param name="RowsOf">
/// The list of which each item is a row: paths that begin with its name read the item, the others the record; a record whose list is empty
/// gives no rows. Null where a record is a row.
/// </param>
public sealed record AvroSpec(string? Schema, bool IsBare = false, string? RowsOf = null);

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
/// <param name="NewerBy">
/// The column that decides which of two rows with one key stays; ties go to the later source position. Null where slices are replaced:
/// within one extraction the later position stays.
/// </param>
/// <param name="Mode">How rows meet those that stand.</param>
/// <param name="Slice">The columns that tell a row's slice; null unless slices are replaced.</param>
public sealed record TableSpec(
    string Name, IReadOnlyList<string> Key, string? NewerBy, TableMode Mode = TableMode.Upsert, SliceColumns? Slice = null);

/// <summary>How a dataset's rows meet those that stand in the table.</summary>
public enum TableMode
{
    /// <summary>Of two rows with one merge key the newer one stays.</summary>
    Upsert,

    /// <summary>
    /// The newest extraction of a slice replaces the slice's rows, in the table and in the lake: rows that vanished at the source vanish.
    /// </summary>
    ReplaceSlice,
}

/// <summary>
/// The columns that tell a row's slice (source, account, stream, day), all of them partition columns of the lake: a folder holds rows of
/// one slice only.
/// </summary>
/// <param name="Source">The provider's column, where several providers' rows share the table; null where one has it to itself.</param>
/// <param name="Account">The account's column, a string.</param>
/// <param name="Stream">The stream's column, a string.</param>
/// <param name="Day">The day's column, a date.</param>
public sealed record SliceColumns(string? Source, string Account, string Stream, string Day);

/// <summary>Bounds a single record must keep; one that does not is refused, its neighbours are not touched.</summary>
/// <param name="MaxRecordBytes">Bytes of one record, default 1 MiB.</param>
/// <param name="MaxDepth">Nested objects and arrays, the record itself being depth 1; default 64.</param>
public sealed record RecordLimits(int MaxRecordBytes = 1024 * 1024, int MaxDepth = 64);

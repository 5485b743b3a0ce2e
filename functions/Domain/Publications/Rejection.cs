namespace Pipeline.Domain.Publications;

/// <summary>Why a record was refused. The text form (snake case) is what quarantine, ledger and metrics carry.</summary>
public enum RejectionCode
{
    /// <summary>The record has no value (a Kafka tombstone).</summary>
    NoValue,

    /// <summary>The bytes are not one JSON value (RFC 8259).</summary>
    MalformedJson,

    /// <summary>The record ends in the middle of a value.</summary>
    Truncated,

    /// <summary>The record is JSON, but not an object.</summary>
    NotAnObject,

    /// <summary>The bytes are not UTF-8, or an escape names half a surrogate pair.</summary>
    BadUtf8,

    /// <summary>A text holds U+0000, which PostgreSQL cannot store.</summary>
    NulCharacter,

    /// <summary>Objects and arrays are nested deeper than the contract's limit.</summary>
    TooDeep,

    /// <summary>The record is larger than the contract's limit.</summary>
    TooLarge,

    /// <summary>One object names the same key twice.</summary>
    DuplicateKey,

    /// <summary>A required field is not there.</summary>
    Missing,

    /// <summary>A required field is null.</summary>
    Null,

    /// <summary>A field holds another type than the contract declares.</summary>
    WrongType,

    /// <summary>A number does not fit the declared type.</summary>
    OutOfRange,

    /// <summary>A text is not a timestamp or date of a known form.</summary>
    BadTimestamp,

    /// <summary>A timestamp has no zone and the contract sets none.</summary>
    TimestampWithoutZone,

    /// <summary>A text is longer than the contract, a merge key or a partition path allows.</summary>
    TooLong,

    /// <summary>A partition column is an empty text, which no path can tell from null.</summary>
    Empty,

    /// <summary>The warehouse table refused the row for a rule of its own.</summary>
    TableRefused,

    /// <summary>A provider's answer has not the form that was agreed: its page is refused as a whole.</summary>
    Envelope,

    /// <summary>A row's account, stream or day is not what was asked for.</summary>
    OutsideSlice,

    /// <summary>The row is good, and its slice is withheld as a whole: too many of its rows were refused.</summary>
    SliceWithheld,

    /// <summary>The row is good and not wanted: a filter of the contract drops it. The field is the filter's name.</summary>
    Filtered,

    /// <summary>A record of CSV has more or fewer fields than are named.</summary>
    RaggedRow,

    /// <summary>A record of CSV has a quote inside an unquoted field, text behind a closing quote, or a quote that does not close.</summary>
    BadQuote,

    /// <summary>A message holds more than the one record it should.</summary>
    SeveralRecords,

    /// <summary>A file cannot be read from some place on, or at all: its form, its head or its compression.</summary>
    DamagedFile,

    /// <summary>A block of a file is damaged; those around it are not touched.</summary>
    DamagedBlock,

    /// <summary>The bytes are no Avro value of the schema they name.</summary>
    MalformedAvro,

    /// <summary>A record names a schema that neither the archive nor the registry has, or that cannot be read.</summary>
    UnknownSchema,

    /// <summary>What was written has no place in the contract's reader schema, or no list of rows.</summary>
    SchemaMismatch,

    /// <summary>A text that is masked as an IP address is none.</summary>
    BadAddress,
}

/// <summary>One refused record.</summary>
/// <param name="Code">Why.</param>
/// <param name="Field">Dotted path of the field at fault; empty when the record as a whole is.</param>
/// <param name="Shard">Where it came from.</param>
/// <param name="Position">Its position there.</param>
/// <param name="Message">One sentence for a person. It never holds the field's value: that may be personal data.</param>
/// <param name="Record">The bytes as delivered; borrowed, sealed before anything is written.</param>
public readonly record struct Rejection(
    RejectionCode Code, string Field, Segments.Shard Shard, long Position, string Message, ReadOnlyMemory<byte> Record);

/// <summary>Rejections of one publication with one cause, as the ledger counts them.</summary>
/// <param name="Code">Why.</param>
/// <param name="Field">The field at fault; empty for the record as a whole.</param>
/// <param name="Records">Records refused for it.</param>
/// <param name="FirstShard">Where the first of them is: shard and position.</param>
/// <param name="FirstPosition">See <paramref name="FirstShard"/>.</param>
public sealed record RejectionCount(RejectionCode Code, string Field, long Records, Segments.Shard FirstShard, long FirstPosition);

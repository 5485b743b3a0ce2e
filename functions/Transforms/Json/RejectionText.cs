using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Json;

/// <summary>The sentence that goes with a refusal: what is wrong and where, never the value, which may be personal data.</summary>
internal sealed class RejectionText
{
    private readonly Dictionary<(RejectionCode, string), string> ofFields = [];

    /// <summary>The sentence for a field's fault.</summary>
    public string OfField(RejectionCode code, string field)
    {
        if (!ofFields.TryGetValue((code, field), out var text))
            ofFields.Add((code, field), text = $"Field '{field}' {Predicate(code)}.");
        return text;
    }

    /// <summary>The sentence for a fault of the whole record.</summary>
    /// <param name="at">Bytes from the record's start.</param>
    /// <param name="field">Path of a key that is there twice; empty for one the contract does not name.</param>
    public static string OfSyntax(RejectionCode code, int at, string field) => code switch
    {
        RejectionCode.MalformedJson => $"The record is not JSON: at byte {at} stands what cannot stand there.",
        RejectionCode.Truncated => $"The record ends at byte {at}, in the middle of a value.",
        RejectionCode.NotAnObject => $"The record is JSON, but at byte {at} begins something else than an object.",
        RejectionCode.BadUtf8 => $"At byte {at} the record is not UTF-8, or an escape names half a surrogate pair.",
        RejectionCode.TooDeep => $"At byte {at} objects and arrays are nested deeper than the contract's max_depth.",
        RejectionCode.DuplicateKey when field.Length != 0 => $"Key '{field}' is there again at byte {at}.",
        RejectionCode.DuplicateKey => $"A key is there again in its object at byte {at}.",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This is no fault of a record's syntax."),
    };

    /// <summary>The sentence for a record without a value.</summary>
    public const string NoValue = "The record has no value.";

    /// <summary>The sentence for a record beyond the contract's limit.</summary>
    public static string TooLarge(int bytes, int limit) => $"The record has {bytes} bytes; the contract's max_record_bytes is {limit}.";

    private static string Predicate(RejectionCode code) => code switch
    {
        RejectionCode.Missing => "is required and not there",
        RejectionCode.Null => "is required and null",
        RejectionCode.WrongType => "holds another type than the contract declares",
        RejectionCode.OutOfRange => "holds a value that does not fit its declared type",
        RejectionCode.NulCharacter => "holds the character U+0000, which PostgreSQL cannot store",
        RejectionCode.BadTimestamp => "holds no date or time of a known form",
        RejectionCode.TimestampWithoutZone => "holds a time without a zone, and the contract sets none",
        RejectionCode.TooLong => "is longer than the contract, a merge key or a folder name allows",
        RejectionCode.TooDeep => "is nested deeper than the contract's max_depth",
        RejectionCode.SchemaMismatch => "holds a value that the contract's reader schema has no place for",
        RejectionCode.BadAddress => "holds no IP address",
        RejectionCode.Empty => "is empty, and a folder name cannot tell that from null",
        RejectionCode.MalformedJson => "holds a text that is not JSON",
        RejectionCode.Truncated => "holds JSON that ends in the middle of a value",
        RejectionCode.DuplicateKey => "holds a key twice",
        RejectionCode.BadUtf8 => "is not UTF-8, or holds an escape that names half a surrogate pair",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This is no fault of a field."),
    };
}

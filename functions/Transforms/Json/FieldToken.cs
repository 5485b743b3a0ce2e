namespace Pipeline.Transforms.Json;

/// <summary>What a record holds at one path of the contract.</summary>
internal enum TokenKind : byte
{
    /// <summary>The path is not in the record.</summary>
    Absent,

    /// <summary>Null stands there, or on the way to it.</summary>
    Null,

    /// <summary>A text without escapes; the token is what stands between the quotes.</summary>
    String,

    /// <summary>A text with escapes, not decoded yet.</summary>
    EscapedString,

    /// <summary>A text of CSV that was quoted and holds quotes, each doubled, or that may hold U+0000; not decoded yet.</summary>
    QuotedString,

    /// <summary>A number without fraction and exponent.</summary>
    Integer,

    /// <summary>Any other number.</summary>
    Number,

    /// <summary>The literal.</summary>
    True,

    /// <summary>The literal.</summary>
    False,

    /// <summary>An object, braces included.</summary>
    Object,

    /// <summary>An array, brackets included.</summary>
    Array,

    /// <summary>On the way to the path stands something that is no object.</summary>
    Blocked,

    /// <summary>A whole number of 64 bits that was not sent as text; place and length hold it.</summary>
    Whole,

    /// <summary>A fraction of 64 bits that was not sent as text; place and length hold its bits.</summary>
    Real,

    /// <summary>An instant, microseconds since 1970-01-01T00:00:00Z, held alike.</summary>
    Instant,

    /// <summary>The time of a zone that is not told, microseconds since that zone's 1970-01-01T00:00:00, held alike.</summary>
    LocalInstant,

    /// <summary>A day, days since 1970-01-01, held alike.</summary>
    Day,
}

/// <summary>Where a value lies in the block's value run.</summary>
internal readonly record struct FieldToken(TokenKind Kind, int Start, int Length)
{
    /// <summary>The value's bytes.</summary>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> run) => run.Slice(Start, Length);

    /// <summary>What <see cref="OfBits"/> was given.</summary>
    public long Bits => (long)Start << 32 | (uint)Length;

    /// <summary>What <see cref="OfReal"/> was given.</summary>
    public double Real => BitConverter.Int64BitsToDouble(Bits);

    /// <summary>A value that lies nowhere but in the token.</summary>
    public static FieldToken OfBits(TokenKind kind, long bits) => new(kind, (int)(bits >> 32), (int)bits);

    /// <summary>A fraction that lies nowhere but in the token.</summary>
    public static FieldToken OfReal(double value) => OfBits(TokenKind.Real, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A text, decoded or not.</summary>
    public bool IsText => Kind is TokenKind.String or TokenKind.EscapedString or TokenKind.QuotedString;
}

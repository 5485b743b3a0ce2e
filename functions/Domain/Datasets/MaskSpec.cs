namespace Pipeline.Domain.Datasets;

/// <summary>How a text column's values are hidden before anything but the raw segment is written.</summary>
/// <param name="Kind">What stands in the value's place.</param>
/// <param name="Domain">
/// Columns of one domain hide a value alike, in whatever dataset they are, so that they can be joined; columns of two domains never do.
/// The column's name unless the contract says otherwise.
/// </param>
public sealed record MaskSpec(MaskKind Kind, string Domain)
{
    /// <summary>A key of the installation decides what the masked text is.</summary>
    public bool NeedsKey => Kind is MaskKind.Hmac or MaskKind.AesSiv;
}

/// <summary>The masks a contract can ask for.</summary>
public enum MaskKind
{
    /// <summary>A pseudonym that nobody can turn back: HMAC-SHA-256, <c>h&lt;version&gt;.&lt;base64url of 16 bytes&gt;</c>.</summary>
    Hmac,

    /// <summary>A pseudonym that an authorised person can turn back: AES-SIV (RFC 5297), <c>s&lt;version&gt;.&lt;base64url&gt;</c>.</summary>
    AesSiv,

    /// <summary>The network of an IP address: 24 bits of IPv4, 48 bits of IPv6. A text that is no address refuses the record.</summary>
    TruncateIp,

    /// <summary>Null.</summary>
    Drop,
}

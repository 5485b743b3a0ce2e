namespace Pipeline.Sinks.Lake;

/// <summary>What a key may look like, in every store alike.</summary>
internal static class ObjectKeys
{
    /// <summary>Returns the key when it is relative and stays below its root.</summary>
    /// <exception cref="ArgumentException">It is empty, absolute, ends in a slash, or has an empty, <c>.</c> or <c>..</c> segment.</exception>
    public static string Require(string key)
    {
        foreach (var segment in key.Split('/'))
            if (segment is "" or "." or ".." || segment.AsSpan().IndexOfAny('\\', '\0') >= 0)
                throw new ArgumentException($"'{key}' is no object key: a key is relative, without empty, '.' or '..' segments and without '\\'.", nameof(key));
        return key;
    }
}

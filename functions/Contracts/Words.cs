namespace Pipeline.Contracts;

/// <summary>The words that can stand in one place, and the advice for one that cannot.</summary>
/// <param name="Noun">What the words are, in the singular: <c>type</c>.</param>
/// <param name="Known">The words, in the order they are listed to people.</param>
/// <param name="Later">Words of the contract language that this version does not support.</param>
internal sealed record Words(string Noun, IReadOnlyList<string> Known, IReadOnlyList<string> Later)
{
    public Words(string noun, params string[] known) : this(noun, known, []) { }

    /// <summary>The words, as a sentence lists them.</summary>
    public string All => string.Join(", ", Known);

    /// <summary>What to write instead of a word: the nearest one when it looks misspelt, and all there are.</summary>
    public string InsteadOf(string written)
    {
        if (Known.Count == 0) return $"remove it; there is no {Noun}";
        if (Known.Count == 1) return $"write '{Known[0]}', the only {Noun}";
        return Nearest(written) is { } near ? $"write '{near}'; the {Noun}s are {All}" : $"write one of {All}";
    }

    private string? Nearest(string written)
    {
        if (written.Length > 64) return null;
        var (near, least) = Known
            .Select(word => (Word: word, Distance: Distance(written.ToLowerInvariant(), word.ToLowerInvariant())))
            .MinBy(candidate => candidate.Distance);
        return least <= Math.Max(1, Math.Min(written.Length, near.Length) / 3) ? near : null;
    }

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost one.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}

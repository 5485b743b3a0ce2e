using System.Globalization;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads back the text form of a shard that ledger rows and object keys carry.</summary>
internal static class ShardText
{
    /// <summary>The shard a text stands for; null when it does not end in <c>-g&lt;generation&gt;</c>.</summary>
    public static Shard? TryParse(string text)
    {
        var mark = text.LastIndexOf("-g", StringComparison.Ordinal);
        return mark > 0 && int.TryParse(text.AsSpan(mark + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? new Shard(text[..mark], generation)
            : null;
    }

    /// <summary>The shard of a ledger row.</summary>
    /// <exception cref="InvalidOperationException">The row was not written by this program.</exception>
    public static Shard Parse(string text) => TryParse(text) ?? throw new InvalidOperationException($"'{text}' in the ledger is not <stream>-g<generation>.");
}

using System.Globalization;

namespace Pipeline.LocalHost.Timers;

/// <summary>One field of an NCRONTAB expression: the values it allows, one bit each.</summary>
/// <remarks>https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression</remarks>
internal readonly record struct CronField(ulong Bits)
{
    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <summary>The kinds of field, in an expression's order.</summary>
    public static readonly (string Name, int Least, int Most, string[]? Names)[] Kinds =
    [
        ("second", 0, 59, null), ("minute", 0, 59, null), ("hour", 0, 23, null),
        ("day", 1, 31, null), ("month", 1, 12, Months), ("day of week", 0, 6, Days),
    ];

    public bool Allows(int value) => (Bits >> value & 1) != 0;

    /// <summary>The first allowed value at or after this one; -1 when there is none.</summary>
    public int Next(int value)
    {
        var rest = value > 63 ? 0 : Bits >> value << value;
        return rest == 0 ? -1 : System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>
    /// Reads <c>*</c>, <c>5</c>, <c>1-5</c>, <c>1,3</c>, <c>*/10</c>, <c>5/10</c>, <c>mon-fri</c>; null when it is none of them.
    /// </summary>
    public static CronField? Parse(string text, int kind)
    {
        ulong bits = 0;
        foreach (var part in text.Split(','))
        {
            if (Part(part, kind) is not { } more) return null;
            bits |= more;
        }

        return new CronField(bits);
    }

    private static ulong? Part(string text, int kind)
    {
        var (_, least, most, _) = Kinds[kind];
        var slash = text.IndexOf('/');
        var step = 1;
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out step)
            && step > 0)) return null;
        var range = slash >= 0 ? text[..slash] : text;
        var dash = range.IndexOf('-');
        int? first = least, last = most;
        if (dash > 0) (first, last) = (Value(range[..dash], kind), Value(range[(dash + 1)..], kind));
        else if (range != "*") (first, last) = (Value(range, kind), slash >= 0 ? most : Value(range, kind));
        if (first is not { } from || last is not { } to) return null;

        // NCrontab reads a range backwards as the same range.
        if (from > to) (from, to) = (to, from);
        ulong bits = 0;
        for (var value = from; value <= to; value += step) bits |= 1UL << value;
        return bits;
    }

    private static int? Value(string text, int kind)
    {
        var (_, least, most, names) = Kinds[kind];
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number >= least && number <= most ? number : null;
        var index = names is null || text.Length == 0 ? -1
            : Array.FindIndex(names, name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index + least;
    }
}

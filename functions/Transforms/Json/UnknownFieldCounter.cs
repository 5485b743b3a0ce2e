using System.Text;

namespace Pipeline.Transforms.Json;

/// <summary>How many records held fields that the contract does not name, by dotted path. Bounded: a source can send anything.</summary>
/// <remarks>Allocates for a path it has not seen, at most <see cref="MaxPaths"/> times.</remarks>
public sealed class UnknownFieldCounter
{
    /// <summary>Paths counted one by one; the first ones seen.</summary>
    public const int MaxPaths = 100;

    /// <summary>UTF-8 bytes of a path at most.</summary>
    public const int MaxPathBytes = 200;

    /// <summary>Where all others are counted together, and names that may be values: a source can use an address or a number of somebody
    /// as a name, and a file without names has values in its first line.</summary>
    public const string Others = "(others)";

    private const int MaxNameCharacters = 64, MaxDigits = 4;

    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly char[] path = new char[MaxPathBytes];
    private long others;

    /// <summary>Records by path, in the paths' ordinal order; a record with two fields that are counted as others counts twice
    /// there.</summary>
    public IReadOnlyDictionary<string, long> ToDictionary()
    {
        var sorted = new SortedDictionary<string, long>(counts, StringComparer.Ordinal);
        if (others != 0) sorted[Others] = others;
        return sorted;
    }

    /// <summary>Counts a field of records.</summary>
    /// <param name="parent">Path of the object that holds it; empty for the record itself.</param>
    /// <param name="key">The field's name, valid UTF-8.</param>
    /// <param name="records">Records that hold it.</param>
    internal void Count(string parent, ReadOnlySpan<byte> key, long records = 1)
    {
        if (parent.Length + 1 + key.Length > MaxPathBytes)
        {
            others += records;
            return;
        }
        parent.CopyTo(path);
        var length = parent.Length;
        if (length != 0) path[length++] = '.';
        var name = path.AsSpan(length, Encoding.UTF8.GetChars(key, path.AsSpan(length)));
        Add(path.AsSpan(0, length + name.Length), name, records);
    }

    // Words as people call fields: letters first, few digits.
    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxNameCharacters || !(char.IsLetter(name[0]) || name[0] is '_' or '$')) return false;
        var digits = 0;
        foreach (var letter in name)
        {
            if (char.IsDigit(letter)) digits++;
            else if (!char.IsLetter(letter) && letter is not ('_' or '-' or '$' or '.' or ':' or '/' or ' ')) return false;
        }
        return digits <= MaxDigits || digits * 3 <= name.Length;
    }

    /// <summary>Adds what another counter counted, the name of what it counted in front, and empties it.</summary>
    internal void Take(UnknownFieldCounter other, string name)
    {
        foreach (var (counted, records) in other.counts) Add($"{name}:{counted}", "", records);
        others += other.others;
        other.counts.Clear();
        other.others = 0;
    }

    /// <param name="name">The last name in the text; empty where all of it was judged before.</param>
    private void Add(ReadOnlySpan<char> text, ReadOnlySpan<char> name, long records)
    {
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out var count)) lookup[text] = count + records;
        else if (counts.Count < MaxPaths && (name.IsEmpty || IsName(name))) counts.Add(text.ToString(), records);
        else others += records;
    }
}

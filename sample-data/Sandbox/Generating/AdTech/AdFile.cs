using System.Text;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>One file of the sample, line by line, and what its dataset makes of it.</summary>
/// <param name="Heading">The first line; null where there is none.</param>
internal sealed class AdFile(string name, string? heading)
{
    private readonly List<string> lines = [];
    private readonly SortedDictionary<string, long> rejected = new(StringComparer.Ordinal);

    /// <summary>The file's name.</summary>
    public string Name => name;

    /// <summary>Records in it.</summary>
    public int Records => lines.Count;

    /// <summary>Records that are published before.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Records that are refused or left out, by code and field, such as <c>missing user_id</c>.</summary>
    public IReadOnlyDictionary<string, long> Rejected => rejected;

    /// <summary>Adds a record that becomes a row.</summary>
    public void Add(string line) => lines.Add(line);

    /// <summary>Adds a record a second time.</summary>
    public void AddDuplicate(string line)
    {
        lines.Add(line);
        Duplicates++;
    }

    /// <summary>Adds a record that becomes none.</summary>
    public void AddRejected(string line, string why)
    {
        lines.Add(line);
        rejected[why] = rejected.GetValueOrDefault(why) + 1;
    }

    /// <summary>Writes the records in a random order, as many servers deliver them.</summary>
    public void Write(DirectoryInfo folder, Random random)
    {
        var shuffled = lines.ToArray();
        random.Shuffle(shuffled);
        using var writer = new StreamWriter(Path.Combine(folder.FullName, name), append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (var line in heading is null ? shuffled : shuffled.Prepend(heading)) writer.WriteLine(line);
    }
}

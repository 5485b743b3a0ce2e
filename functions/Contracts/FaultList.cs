using System.Globalization;
using System.Text;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts;

/// <summary>Collects the faults of one file.</summary>
/// <param name="folder">The folder of the contracts, in which files are looked for that this one names; null when it is read by
/// itself.</param>
internal sealed class FaultList(string file, string? folder = null)
{
    private readonly List<ContractFault> faults = [];

    /// <summary>The file's name.</summary>
    public string File => file;

    /// <summary>The folder of the contracts; null when the file is read by itself.</summary>
    public string? Folder => folder;

    /// <summary>Whether nothing is wrong so far.</summary>
    public bool IsEmpty => faults.Count == 0;

    /// <summary>The faults in line order.</summary>
    public IReadOnlyList<ContractFault> InOrder => [.. faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.Column)];

    /// <summary>Adds a fault at a node.</summary>
    public void Add(YamlNode at, string message, string remedy) => Add(at.Line, at.Column, message, remedy);

    /// <summary>Adds a fault at a line and a column, both from 1; 0 and 0 for the file as a whole.</summary>
    public void Add(int line, int column, string message, string remedy) =>
        faults.Add(new(file, line, column, message, remedy));

    /// <summary>A text of the file in quotes, for one line of output: cut after 60 characters, control characters escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length > 60) return quoted.Append("…'").ToString();
            if (Rune.IsControl(rune)) quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else quoted.Append(rune.ToString());
        }
        return quoted.Append('\'').ToString();
    }
}

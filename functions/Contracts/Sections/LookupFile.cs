using System.Text;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>Reads two columns of a CSV file in the folder <c>reference</c> beside the contracts: a heading, then one line for each key,
/// without quotes.</summary>
internal static class LookupFile
{
    private const int MaxFileBytes = 64 * 1024 * 1024;

    /// <summary>The table; null when it cannot be used, which is reported where the contract names it.</summary>
    /// <param name="file">Names the file.</param>
    /// <param name="key">Heading of the key's column.</param>
    /// <param name="value">Heading of the column that is looked up.</param>
    public static LookupTable? Read(YamlText file, string key, string value, Section section)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var (fault, remedy) = ReadText(file.Value, section.Faults.Folder, out var text);
        if (fault is null) (fault, remedy) = (Fill(values, text.TrimStart('\uFEFF').Split('\n'), key, value), "correct the file");
        if (fault is null) return new(file.Value, value, values);
        section.Faults.Add(file, $"'derive' of {section.Subject} looks up {FaultList.Quote(file.Value)}, {fault}", remedy!);
        return null;
    }

    private static (string? Fault, string? Remedy) ReadText(string file, string? folder, out string text)
    {
        text = "";
        if (Path.GetFileName(file) != file || !file.EndsWith(".csv", StringComparison.Ordinal))
            return ("which is not the name of a CSV file", "name a file in the folder reference beside the contracts: creatives.csv");
        if (folder is null) return ("and this contract is read by itself", "read it with its folder");
        var path = Path.Combine(folder, "reference", file);
        try
        {
            if (!File.Exists(path)) return ("which is not in the folder reference beside the contracts", "add it or correct the name");
            if (new FileInfo(path).Length > MaxFileBytes) return ("which is larger than 64 MiB", "keep what is looked up smaller");
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
            return (null, null);
        }
        catch (DecoderFallbackException)
        {
            return ("which is not UTF-8", "save it as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ($"which cannot be read: {error.Message.TrimEnd('.')}", "let this program read it");
        }
    }

    /// <returns>What is wrong with the file; null when nothing is.</returns>
    private static string? Fill(Dictionary<string, string> values, string[] lines, string key, string value)
    {
        var headings = lines[0].TrimEnd('\r').Split(',');
        var (keyAt, valueAt) = (Array.IndexOf(headings, key), Array.IndexOf(headings, value));
        if (keyAt < 0 || valueAt < 0) return $"whose first line does not name '{(keyAt < 0 ? key : value)}'";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].TrimEnd('\r') is not { Length: > 0 } line) continue;
            var fields = line.Split(',');
            if (line.Contains('"')) return $"whose line {i + 1} has a quote, which lookups do without";
            if (fields.Length != headings.Length) return $"whose line {i + 1} has {fields.Length} fields and not {headings.Length}";
            if (fields[keyAt].Length == 0) return $"whose line {i + 1} has no '{key}'";
            if (!seen.Add(fields[keyAt])) return $"whose line {i + 1} has a '{key}' of an earlier line";
            if (fields[valueAt].Length > 0) values.Add(fields[keyAt], fields[valueAt]);
        }
        return null;
    }
}

namespace Pipeline.Sources.Files;

/// <summary>Which names of a drop folder are files to be read.</summary>
public static class FileNames
{
    /// <summary>Not one that is still being written, by the customs of those who write: a leading underscore or dot in a folder or file
    /// name, or an ending such as <c>.tmp</c> or <c>.part</c>; and not a folder's own marker.</summary>
    /// <param name="name">The key below the drop folder.</param>
    public static bool IsFinal(string name)
    {
        foreach (var part in name.Split('/'))
            if (part.Length == 0 || part[0] is '_' or '.') return false;
        return !name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".part", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a file can be asked for by its name: a folder of Linux can hold names that are no keys.</summary>
    public static bool IsKey(string key) => !key.Contains('\\');
}

namespace Pipeline.Transforms.Names;

/// <summary>Reads the lists that are kept with this program.</summary>
internal static class ResourceLines
{
    /// <summary>A list's lines, without comments and empty ones.</summary>
    public static IEnumerable<string> Read(string name)
    {
        using var reader = new StreamReader(typeof(ResourceLines).Assembly.GetManifestResourceStream($"names/{name}")!);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#') yield return line;
    }
}

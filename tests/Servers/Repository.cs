namespace Pipeline.Tests.Servers;

/// <summary>Where the repository's files are, seen from a test program.</summary>
public static class Repository
{
    /// <summary>The folder of Pipeline.sln.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>A path below the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A built program, of the configuration this test was built in.</summary>
    public static string Built(string project, string assembly)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
        return PathOf(project, "bin", configuration, "net10.0", assembly);
    }

    /// <summary>Copies the contracts that are shipped into a folder, where a test may change them.</summary>
    public static void CopyContracts(string folder)
    {
        var shipped = PathOf("functions", "datasets");
        foreach (var file in Directory.EnumerateFiles(shipped, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(shipped, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string FindRoot(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "Pipeline.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Pipeline.sln is not above the test program.");
        return folder;
    }
}

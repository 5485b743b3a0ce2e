namespace Pipeline.Sandbox;

/// <summary>A file whose appearance says that something is ready: whoever sees it sees all of it.</summary>
internal static class ReadyFile
{
    public static void Write(string path, string line)
    {
        var unfinished = path + ".new";
        File.WriteAllText(unfinished, line + "\n");
        File.Move(unfinished, path, overwrite: true);
    }
}

namespace Pipeline.Sinks.Lake;

/// <summary>One upload's folder below <c>.staging</c>: the file <c>object</c>, and the file <c>key</c> that says where it belongs.</summary>
internal sealed record StagedFile(string Path, string UploadId)
{
    /// <summary>The folder of uploads below a root; no object key begins with it.</summary>
    public const string Folder = ".staging/";

    /// <summary>The uploaded bytes.</summary>
    public string ObjectPath => System.IO.Path.Combine(Path, "object");

    /// <summary>The text of the key.</summary>
    public string KeyPath => System.IO.Path.Combine(Path, "key");

    /// <summary>When the upload began.</summary>
    public DateTimeOffset BegunAt => new(Directory.GetLastWriteTimeUtc(Path), TimeSpan.Zero);

    /// <summary>An upload's place, by its id.</summary>
    /// <exception cref="ArgumentException">The id is not one this store gives out.</exception>
    public static StagedFile Of(string root, string uploadId) => Guid.TryParseExact(uploadId, "N", out _)
        ? new(System.IO.Path.Combine(root, Folder, uploadId), uploadId)
        : throw new ArgumentException($"'{uploadId}' is no upload id of a folder store.", nameof(uploadId));

    /// <summary>A place for a new upload.</summary>
    public static StagedFile Begin(string root) => Of(root, Guid.NewGuid().ToString("N"));

    /// <summary>Every upload below a root.</summary>
    public static IEnumerable<StagedFile> All(string root)
    {
        var folder = System.IO.Path.Combine(root, Folder);
        return Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Select(path => new StagedFile(path, System.IO.Path.GetFileName(path)))
            : [];
    }

    /// <summary>The key the upload will have; null when the upload ended meanwhile, or is so new that it has none yet.</summary>
    public async Task<string?> KeyAsync(CancellationToken stopping)
    {
        try
        {
            return await File.ReadAllTextAsync(KeyPath, stopping) is { Length: > 0 } key ? key : null;
        }
        catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the bytes are there in full.</summary>
    public bool HasBytes(long bytes) => new FileInfo(ObjectPath) is { Exists: true } file && file.Length == bytes;

    /// <summary>Removes the upload; nothing happens when it is not there.</summary>
    public void Delete()
    {
        try
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException) when (!Directory.Exists(Path))
        {
            return;   // somebody else removed it at the same time
        }
    }
}

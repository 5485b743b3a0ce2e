namespace Pipeline.Sinks.Lake;

/// <summary>One upload's two files in <c>.staging</c>: <c>&lt;uploadId&gt;.object</c>, and <c>&lt;uploadId&gt;.key</c> that says where it
/// belongs.</summary>
/// <remarks>No folder for each: it would be one more entry to make, to sync and to remove.</remarks>
internal sealed record StagedFile(string Root, string UploadId)
{
    /// <summary>The folder of uploads below a root; no object key begins with it.</summary>
    public const string Folder = ".staging/";

    private const string KeyEnd = ".key";

    /// <summary>Where both files are.</summary>
    public string FolderPath => Path.Combine(Root, Folder);

    /// <summary>The uploaded bytes.</summary>
    public string ObjectPath => Path.Combine(FolderPath, UploadId + ".object");

    /// <summary>The text of the key.</summary>
    public string KeyPath => Path.Combine(FolderPath, UploadId + KeyEnd);

    /// <summary>When the upload began.</summary>
    public DateTimeOffset BegunAt => new(File.GetLastWriteTimeUtc(KeyPath), TimeSpan.Zero);

    /// <summary>An upload's place, by its id.</summary>
    /// <exception cref="ArgumentException">The id is not one this store gives out.</exception>
    public static StagedFile Of(string root, string uploadId) => Guid.TryParseExact(uploadId, "N", out _)
        ? new(root, uploadId)
        : throw new ArgumentException($"'{uploadId}' is no upload id of a folder store.", nameof(uploadId));

    /// <summary>A place for a new upload.</summary>
    public static StagedFile Begin(string root) => Of(root, Guid.NewGuid().ToString("N"));

    /// <summary>Every upload below a root.</summary>
    public static IEnumerable<StagedFile> All(string root)
    {
        var folder = Path.Combine(root, Folder);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*" + KeyEnd).Select(path => new StagedFile(root, Path.GetFileNameWithoutExtension(path)))
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

    /// <summary>Removes the upload, the key last: as long as it is there the sweep finds the rest.</summary>
    /// <remarks>Nothing happens when the upload is not there.</remarks>
    public void Delete()
    {
        if (!Directory.Exists(FolderPath)) return;
        File.Delete(ObjectPath);
        File.Delete(KeyPath);
    }
}

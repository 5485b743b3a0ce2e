using Microsoft.Extensions.Configuration;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Lake;

namespace Pipeline.App.Cli;

/// <summary>Opens what a person names: a file, an object on S3, or a key below a root of the settings. Only the last needs a
/// setting.</summary>
internal static class ObjectFile
{
    private const string Scheme = "s3://";

    /// <summary>A stream whose position can be set; disposing of it removes what was fetched for it.</summary>
    /// <param name="name">A path, <c>s3://bucket/key</c>, or a key.</param>
    /// <param name="rootSetting">The setting whose root a key is below, such as <c>Lake:Root</c>.</param>
    /// <exception cref="TerminalException">There is no such file or object, and the message says where it was looked for; or it cannot be
    /// opened.</exception>
    public static async Task<Stream> OpenAsync(string name, string rootSetting, CancellationToken stopping)
    {
        if (File.Exists(name)) return OpenFile(name);
        var settings = CommandLine.Settings();
        var (root, key) = PlaceOf(name, rootSetting, settings[rootSetting]);
        var options = settings.GetSection("S3").Get<S3Options>() ?? new();
        try
        {
            var stored = await ObjectStores.Open(root, options, TimeProvider.System).OpenReadAsync(key, stopping);
            return stored.CanSeek ? stored : await FetchAsync(stored, stopping);
        }
        catch (ArgumentException)
        {
            throw new TerminalException($"There is no file '{name}', and it is no key below {rootSetting} either.");
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new TerminalException(
                $"The file '{path}' cannot be opened: {error.Message} Give your user read access, or end what holds it.", error);
        }
    }

    private static (string Root, string Key) PlaceOf(string name, string rootSetting, string? root)
    {
        if (name.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return name[Scheme.Length..].Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key]
                ? (Scheme + bucket, key)
                : throw new TerminalException($"'{name}' names no object. Write s3://bucket/key.");
        }
        if (string.IsNullOrEmpty(root))
            throw new TerminalException($"There is no file '{name}'. If it is a key, set {rootSetting} to the root it is below.");
        return (root, name);
    }

    private static async Task<Stream> FetchAsync(Stream stored, CancellationToken stopping)
    {
        await using var fetched = stored;
        var file = new FileStream(Path.GetTempFileName(), new FileStreamOptions
        {
            Mode = FileMode.Open, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose,
        });
        try
        {
            await stored.CopyToAsync(file, stopping);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}

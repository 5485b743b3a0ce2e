using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Lake;

/// <summary>Says what an error of the file system means: a local disk heals by a person, not by trying again.</summary>
internal static class FolderErrors
{
    /// <summary>Runs work on the object of a key.</summary>
    /// <exception cref="TerminalException">Not there, no access, disk full, or another failure of the disk.</exception>
    public static async Task<T> Guard<T>(string key, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (IOException missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TerminalException($"There is no object {key} ({missing.Message}) Restore it, or check the root that is set.", missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new TerminalException($"No access to object {key}: {denied.Message} Give the service's user read and write access to the folder.", denied);
        }
        catch (IOException failed)
        {
            throw new TerminalException($"The disk failed at object {key}: {failed.Message} Free space or repair the disk, then run it again.", failed);
        }
    }
}

using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace Pipeline.Sinks.Lake;

/// <summary>What files need beyond .NET's file API: a link that fails when the name is taken, and folders synced to disk.</summary>
internal static partial class FolderFiles
{
    private const int ReadOnly = 0;

    /// <summary>All files below a folder. Folders whose names begin with a dot are passed by: staged uploads, and what other programs keep
    /// for themselves, such as an SFTP user's keys, which nobody else may read. So are links to folders, which may lead anywhere.</summary>
    /// <exception cref="UnauthorizedAccessException">Another folder may not be read.</exception>
    public static IEnumerable<FileInfo> Below(string folder) => new FileSystemEnumerable<FileInfo>(
        folder, (ref FileSystemEntry entry) => (FileInfo)entry.ToFileSystemInfo(),
        new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref FileSystemEntry entry) =>
            entry.FileName[0] != '.' && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
    };

    /// <summary>Gives a finished file its name, durably, creating folders as needed.</summary>
    /// <returns>False when the name is taken or the source is gone.</returns>
    public static bool Link(string source, string target)
    {
        CreateFolder(Path.GetDirectoryName(target)!);
        try
        {
            File.Move(source, target, overwrite: false);
        }
        catch (IOException) when (File.Exists(target) || !File.Exists(source))
        {
            return false;
        }
        SyncFolder(Path.GetDirectoryName(target)!);
        return true;
    }

    /// <summary>Makes a folder's entries survive a power cut.</summary>
    /// <remarks>https://man7.org/linux/man-pages/man2/fsync.2.html; Windows does this with the entry itself.</remarks>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Open(path, ReadOnly);
        var synced = folder >= 0 && Sync(folder) == 0;
        var error = Marshal.GetLastPInvokeError();
        if (folder >= 0) Close(folder);
        if (!synced) throw new IOException($"{path} could not be synced to disk: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    private static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(path)!;
        CreateFolder(parent);
        Directory.CreateDirectory(path);
        SyncFolder(parent);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Pipeline.Transforms.Lake;

/// <summary>Folder names of hive-style lakes, <c>column=value</c>, escaped as Hive and Spark do and as DuckDB, Trino and Glue read
/// them.</summary>
/// <remarks>
/// Control characters, DEL and <c>"#%'*/:=?\{[]^</c> are written as <c>%XX</c>; all else stays as it is, raw UTF-8. A value that spells the
/// null folder, or NULL (which DuckDB takes for null), has its first character escaped too; every reader that decodes <c>%XX</c> gets
/// it back.
/// A value of dots is harmless, because the column's name stands before it.
/// https://github.com/apache/hive common/src/java/org/apache/hadoop/hive/common/FileUtils.java (escapePathName)
/// </remarks>
public static class HivePath
{
    /// <summary>The value that stands for null.</summary>
    public const string NullValue = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>UTF-8 bytes of a folder name at most: file systems stop at 255, and a reader may add to it.</summary>
    public const int MaxFolderBytes = 200;

    private const string Hex = "0123456789ABCDEF";

    private static readonly SearchValues<byte> Special =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), 0x7F, .. "\"#%'*/:=?\\{[]^"u8]);

    /// <summary>The folder of a value.</summary>
    /// <param name="value">UTF-8; not empty.</param>
    public static string Folder(string column, ReadOnlySpan<byte> value) => $"{column}={Escape(value)}";

    /// <summary>The folder of rows whose value is null.</summary>
    public static string NullFolder(string column) => $"{column}={NullValue}";

    /// <summary>UTF-8 bytes of the folder's name.</summary>
    public static int FolderBytes(string column, ReadOnlySpan<byte> value)
    {
        var bytes = column.Length + 1 + value.Length + (IsMisread(value) ? 2 : 0);
        if (value.IndexOfAny(Special) < 0) return bytes;
        foreach (var each in value)
            if (Special.Contains(each)) bytes += 2;
        return bytes;
    }

    /// <summary>The value a folder name stands for.</summary>
    /// <param name="escaped">What stands behind the equals sign.</param>
    /// <returns>Null for the folder of nulls.</returns>
    public static string? Unescape(string escaped)
    {
        if (escaped == NullValue) return null;
        var source = Encoding.UTF8.GetBytes(escaped);
        var bytes = new List<byte>(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            var code = (byte)0;
            var isEscape = source[i] == (byte)'%' && i + 2 < source.Length
                && Utf8Parser.TryParse(source.AsSpan(i + 1, 2), out code, out var read, 'x') && read == 2;
            bytes.Add(isEscape ? code : source[i]);
            if (isEscape) i += 2;
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string Escape(ReadOnlySpan<byte> value)
    {
        var text = new List<byte>(value.Length + 2);
        var hideFirst = IsMisread(value);
        foreach (var each in value)
        {
            if (!hideFirst && !Special.Contains(each)) text.Add(each);
            else text.AddRange([(byte)'%', (byte)Hex[each >> 4], (byte)Hex[each & 15]]);
            hideFirst = false;
        }
        return Encoding.UTF8.GetString([.. text]);
    }

    private static bool IsMisread(ReadOnlySpan<byte> value) =>
        Ascii.EqualsIgnoreCase(value, NullValue) || Ascii.EqualsIgnoreCase(value, "NULL");
}

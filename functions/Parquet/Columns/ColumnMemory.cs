using System.Buffers;

namespace Pipeline.Parquet.Columns;

/// <summary>Columns' arrays: the shared pool's, so that one column's growth is served by what another has outgrown.</summary>
internal static class ColumnMemory
{
    /// <summary>Puts a larger array in place of one, with the same content.</summary>
    /// <param name="used">Elements that are kept.</param>
    /// <param name="wanted">Elements the new one holds at least.</param>
    public static void Grow<T>(ref T[] array, int used, int wanted)
    {
        var larger = ArrayPool<T>.Shared.Rent(wanted);
        array.AsSpan(0, used).CopyTo(larger);
        Release(ref array);
        array = larger;
    }

    /// <summary>Gives an array back.</summary>
    public static void Release<T>(ref T[] array)
    {
        if (array.Length != 0) ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}

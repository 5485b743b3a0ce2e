using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Lake;

/// <summary>Finds the order of rows by some columns: ascending, nulls last, equal rows as they came. Keeps its memory.</summary>
/// <remarks>Column by column from the last to the first, each pass stable: radix sort for numbers, comparison for texts and
/// decimals.</remarks>
internal sealed class RowOrder
{
    private int[] order = [];
    private int[] spareOrder = [];
    private ulong[] keys = [];
    private ulong[] spareKeys = [];
    private int count;

    /// <summary>Sorts the rows of columns.</summary>
    /// <param name="sortBy">Which columns, the most significant first.</param>
    /// <returns>Row numbers in their new order; empty when the rows are in order already.</returns>
    public ReadOnlySpan<int> Of(IReadOnlyList<Column> columns, ReadOnlySpan<int> sortBy)
    {
        count = columns[0].Count;
        if (sortBy.IsEmpty || count < 2) return [];
        Reserve();
        for (var row = 0; row < count; row++) order[row] = row;
        var moved = false;
        for (var i = sortBy.Length - 1; i >= 0; i--) moved |= SortBy(columns[sortBy[i]]);
        return moved ? order.AsSpan(0, count) : [];
    }

    private bool SortBy(Column column)
    {
        if (column is TextColumn or FixedColumn<Int128>) return SortByComparison(column);
        FillKeys(column);
        var moved = !IsAscending();
        if (moved) SortByRadix();
        return (column.NullCount != 0 && MoveNullsLast(column)) || moved;
    }

    private void FillKeys(Column column)
    {
        if (column is FixedColumn<long> { NullCount: 0 } numbers)
        {
            var values = numbers.Values;
            for (var i = 0; i < values.Length; i++) keys[i] = (ulong)values[order[i]] ^ 1UL << 63;
            return;
        }

        for (var i = 0; i < count; i++) keys[i] = KeyOf(column, order[i]);
    }

    /// <summary>A number whose unsigned order is the value's order.</summary>
    private static ulong KeyOf(Column column, int row)
    {
        if (column.IsNull(row)) return ulong.MaxValue;
        const ulong sign = 1UL << 63;
        switch (column)
        {
            case FixedColumn<long> numbers: return (ulong)numbers.Values[row] ^ sign;
            case FixedColumn<int> days: return (ulong)(long)days.Values[row] ^ sign;
            case FixedColumn<bool> flags: return flags.Values[row] ? 1UL : 0;
            case FixedColumn<double> doubles:
                var bits = BitConverter.DoubleToUInt64Bits(doubles.Values[row]);
                return (bits & sign) != 0 ? ~bits : bits | sign;
            default: throw new ArgumentException($"Rows cannot be ordered by a {column.GetType().Name}.");
        }
    }

    private bool IsAscending()
    {
        for (var i = 1; i < count; i++)
            if (keys[i] < keys[i - 1]) return false;
        return true;
    }

    /// <summary>By key and place in one word, or least significant byte first; a byte that is the same in all keys is skipped.</summary>
    private void SortByRadix()
    {
        ulong all = ulong.MaxValue, any = 0;
        foreach (var key in keys.AsSpan(0, count)) (all, any) = (all & key, any | key);
        if (NarrowKeys.TrySort(keys.AsSpan(0, count), all ^ any, spareKeys.AsSpan(0, count)))
        {
            for (var i = 0; i < count; i++) spareOrder[i] = order[(int)keys[i]];
            (order, spareOrder) = (spareOrder, order);
            return;
        }

        Span<int> starts = stackalloc int[256];
        for (var shift = 0; shift < 64; shift += 8)
        {
            if ((byte)((all ^ any) >> shift) == 0) continue;
            starts.Clear();
            foreach (var key in keys.AsSpan(0, count)) starts[(byte)(key >> shift)]++;
            var start = 0;
            foreach (ref var each in starts) (each, start) = (start, start + each);
            for (var i = 0; i < count; i++)
            {
                var to = starts[(byte)(keys[i] >> shift)]++;
                (spareKeys[to], spareOrder[to]) = (keys[i], order[i]);
            }
            (keys, spareKeys) = (spareKeys, keys);
            (order, spareOrder) = (spareOrder, order);
        }
    }

    private bool MoveNullsLast(Column column)
    {
        var to = 0;
        for (var i = 0; i < count; i++)
            if (!column.IsNull(order[i])) spareOrder[to++] = order[i];
        for (var i = 0; i < count; i++)
            if (column.IsNull(order[i])) spareOrder[to++] = order[i];
        (order, spareOrder) = (spareOrder, order);
        return !order.AsSpan(0, count).SequenceEqual(spareOrder.AsSpan(0, count));
    }

    private bool SortByComparison(Column column)
    {
        var before = spareOrder;
        order.AsSpan(0, count).CopyTo(before);
        for (var i = 0; i < count; i++) keys[order[i]] = (ulong)i;
        var ranks = keys;
        order.AsSpan(0, count).Sort((left, right) =>
        {
            var compared = Compare(column, left, right);
            return compared != 0 ? compared : ranks[left].CompareTo(ranks[right]);
        });
        return !order.AsSpan(0, count).SequenceEqual(before.AsSpan(0, count));
    }

    private static int Compare(Column column, int left, int right)
    {
        var (leftNull, rightNull) = (column.IsNull(left), column.IsNull(right));
        if (leftNull || rightNull) return leftNull.CompareTo(rightNull);
        return column is TextColumn text
            ? text[left].SequenceCompareTo(text[right])
            : ((FixedColumn<Int128>)column).Values[left].CompareTo(((FixedColumn<Int128>)column).Values[right]);
    }

    private void Reserve()
    {
        if (order.Length >= count) return;
        (order, spareOrder, keys, spareKeys) = (new int[count], new int[count], new ulong[count], new ulong[count]);
    }
}

namespace Pipeline.Transforms.Attribution;

/// <summary>Conversions by person and campaign, each group in the order of time. A slot is a conversion's place in this order.</summary>
internal sealed class ConversionGroups
{
    private readonly Dictionary<long, int> groupOf = [];
    private readonly int[] starts;
    private readonly int[] rows;
    private readonly long[] times;

    /// <summary>Groups all rows that are not replaced; takes linear time but for the order within a group.</summary>
    public ConversionGroups(ConversionRows conversions)
    {
        var groups = new int[conversions.Count];
        var sizes = new List<int>();
        for (var row = 0; row < groups.Length; row++)
        {
            if (conversions.IsReplaced(row)) continue;
            var key = Key(conversions.PersonOf[row], conversions.CampaignOf[row]);
            if (groupOf.TryAdd(key, sizes.Count)) sizes.Add(0);
            sizes[groups[row] = groupOf[key]]++;
        }
        starts = new int[sizes.Count + 1];
        for (var group = 0; group < sizes.Count; group++) starts[group + 1] = starts[group] + sizes[group];
        (rows, times) = (new int[starts[^1]], new long[starts[^1]]);
        Fill(conversions, groups);
    }

    /// <summary>Number of groups.</summary>
    public int Count => starts.Length - 1;

    /// <summary>Conversions in all groups.</summary>
    public int Slots => rows.Length;

    /// <summary>The slots of a group.</summary>
    public (int Start, int End) this[int group] => (starts[group], starts[group + 1]);

    /// <summary>The conversion in a slot.</summary>
    public int RowOf(int slot) => rows[slot];

    /// <summary>When the conversion in a slot happened.</summary>
    public long TimeOf(int slot) => times[slot];

    /// <summary>The group's first slot at an instant or after it.</summary>
    /// <param name="campaign">A number, or <see cref="ConversionRows.NoCampaign"/> for conversions that name none.</param>
    /// <returns>-1 when there is none.</returns>
    public int FirstSlot(int person, int campaign, long time)
    {
        if (!groupOf.TryGetValue(Key(person, campaign), out var group)) return -1;
        var (start, end) = this[group];
        var (low, high) = (start, end);
        while (low < high)
        {
            var middle = (int)((uint)(low + high) / 2);
            if (times[middle] < time) low = middle + 1;
            else high = middle;
        }
        return low == end ? -1 : low;
    }

    private void Fill(ConversionRows conversions, int[] groups)
    {
        var next = starts[..^1];
        for (var row = 0; row < groups.Length; row++)
        {
            if (conversions.IsReplaced(row)) continue;
            var slot = next[groups[row]]++;
            (rows[slot], times[slot]) = (row, conversions.Times[row]);
        }
        for (var group = 0; group < Count; group++)
        {
            var (start, end) = this[group];
            if (end - start > 1) Array.Sort(times, rows, start, end - start);
        }
    }

    private static long Key(int person, int campaign) => (long)person << 32 | (uint)campaign;
}

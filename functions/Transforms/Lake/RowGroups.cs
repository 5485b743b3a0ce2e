namespace Pipeline.Transforms.Lake;

/// <summary>Rows of one batch, gathered by the number of their file; used again for each batch.</summary>
internal sealed class RowGroups
{
    private readonly List<int> touched = [];
    private int[] numbers = [];
    private int[] rows = [];
    private int[] counts = [];
    private int[] ends = [];
    private int first;

    /// <summary>Files that got rows, in order of first appearance in the batch.</summary>
    public List<int> Touched => touched;

    /// <summary>Begins anew, with a batch's rows from one on.</summary>
    public void Begin(int from, int rowCount)
    {
        foreach (var number in touched) counts[number] = 0;
        touched.Clear();
        first = from;
        if (numbers.Length < rowCount) (numbers, rows) = (new int[rowCount], new int[rowCount]);
    }

    /// <summary>Notes a row's file.</summary>
    public void Add(int row, int number)
    {
        if (number >= counts.Length)
        {
            Array.Resize(ref counts, Math.Max(64, number * 2));
            Array.Resize(ref ends, counts.Length);
        }
        if (counts[number]++ == 0) touched.Add(number);
        numbers[row] = number;
    }

    /// <summary>Gathers the rows up to one, which is the first that is left.</summary>
    public void End(int until)
    {
        var end = 0;
        foreach (var number in touched) (ends[number], end) = (end, end + counts[number]);
        for (var row = first; row < until; row++) rows[ends[numbers[row]]++] = row;
    }

    /// <summary>A file's rows, ascending.</summary>
    public ReadOnlySpan<int> RowsOf(int number) => rows.AsSpan(ends[number] - counts[number], counts[number]);
}

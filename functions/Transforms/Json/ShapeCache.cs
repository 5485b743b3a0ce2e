namespace Pipeline.Transforms.Json;

/// <summary>The last few shapes that records had, and whether it pays to look at them.</summary>
internal sealed class ShapeCache
{
    private const int Shapes = 4;

    /// <summary>Records that may look like no known shape before it is given up for a while; those that do add to it.</summary>
    private const int MaxCredit = 64, TrialCredit = 8;

    /// <summary>Records for which it is given up, twice as many each time it did not pay.</summary>
    private const int LeastPause = 256, MostPause = 65_536;

    private readonly RecordShape[] shapes = [.. Enumerable.Range(0, Shapes).Select(_ => new RecordShape())];
    private UnknownFieldCounter? counter;
    private int likely;
    private int oldest;
    private int credit = MaxCredit;
    private int pause;
    private int nextPause = LeastPause;

    /// <summary>Whether the next record's shape is asked for.</summary>
    public bool IsLearning => pause == 0;

    /// <summary>Counts the unknown fields of what matched so far; shapes stay with the counter that knows their fields.</summary>
    public void Begin(UnknownFieldCounter unknown)
    {
        if (counter == unknown) return;
        foreach (var shape in shapes) shape.Forget();
        counter = unknown;
    }

    /// <summary>Counts the unknown fields of what matched since <see cref="Begin"/>.</summary>
    public void End()
    {
        foreach (var shape in shapes) shape.CountUnknown(counter!);
    }

    /// <summary>Reads a record whose shape is known.</summary>
    public bool TryRead(JsonScanner scanner, ReadOnlySpan<byte> run, int start, int end)
    {
        if (pause > 0)
        {
            pause--;
            return false;
        }
        for (var i = 0; i < Shapes; i++)
        {
            var shape = shapes[(likely + i) % Shapes];
            if (shape.IsEmpty || !scanner.TryShape(shape, run, start, end)) continue;
            likely = (likely + i) % Shapes;
            shape.Uncounted++;
            if (i == 0 && credit < MaxCredit && ++credit == MaxCredit) nextPause = LeastPause;
            return true;
        }
        return false;
    }

    /// <summary>Learns the shape of the record that the scanner has just read in full.</summary>
    public void Learn(JsonScanner scanner, ReadOnlySpan<byte> run, int start, int end)
    {
        if (pause > 0) return;
        if (--credit <= 0)
        {
            (pause, nextPause, credit) = (nextPause, Math.Min(MostPause, nextPause * 2), TrialCredit);
            return;
        }
        var shape = shapes[oldest];
        shape.CountUnknown(counter!);
        if (!scanner.TryTakeShape(shape, run, start, end)) return;
        likely = oldest;
        oldest = (oldest + 1) % Shapes;
    }
}

namespace Pipeline.Transforms.Json;

/// <summary>The last few shapes that records had, and whether it pays to look at them.</summary>
internal sealed class ShapeCache
{
    private const int Shapes = 4;
    private const int MaxCredit = 64;
    private const int RetryEvery = 16;

    private readonly RecordShape[] shapes = [.. Enumerable.Range(0, Shapes).Select(_ => new RecordShape())];
    private UnknownFieldCounter? counter;
    private int likely;
    private int oldest;
    private int credit = MaxCredit;
    private uint misses;

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
        if (credit <= 0 && ++misses % RetryEvery != 0) return false;
        for (var i = 0; i < Shapes; i++)
        {
            var shape = shapes[(likely + i) % Shapes];
            if (shape.IsEmpty || !scanner.TryShape(shape, run, start, end)) continue;
            likely = (likely + i) % Shapes;
            shape.Uncounted++;
            if (i == 0) credit = Math.Min(MaxCredit, Math.Max(0, credit) + 1);
            return true;
        }
        return false;
    }

    /// <summary>Learns the shape of the record that the scanner has just read in full.</summary>
    public void Learn(JsonScanner scanner, ReadOnlySpan<byte> run, int start, int end)
    {
        if (credit > -MaxCredit) credit--;
        if (credit <= 0 && misses % RetryEvery != 0) return;
        var shape = shapes[oldest];
        shape.CountUnknown(counter!);
        if (!scanner.TryTakeShape(shape, run, start, end)) return;
        likely = oldest;
        oldest = (oldest + 1) % Shapes;
    }
}

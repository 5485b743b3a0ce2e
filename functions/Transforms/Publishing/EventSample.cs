namespace Pipeline.Transforms.Publishing;

/// <summary>A sample of event times, spread evenly over the rows: by it some clocks that run ahead do not hide that all others are late.</summary>
/// <remarks>Every so many rows one is kept; when the sample is full every other one goes and the step doubles. No chance is involved.</remarks>
internal sealed class EventSample
{
    private const int Most = 1024;
    private const double Newest = 0.9;

    private readonly List<long> kept = new(Most);
    private long step = 1;
    private long next;

    /// <summary>The instant that nine tenths of the events do not exceed; null without rows.</summary>
    public long? Watermark => kept.Count == 0 ? null : kept.Order().ElementAt((int)((kept.Count - 1) * Newest));

    /// <summary>Takes a batch's event times.</summary>
    public void Add(ReadOnlySpan<long> micros)
    {
        for (; next < micros.Length; next += step)
        {
            if (kept.Count == Most) Halve();
            kept.Add(micros[(int)next]);
        }
        next -= micros.Length;
    }

    private void Halve()
    {
        for (var i = 0; i < Most / 2; i++) kept[i] = kept[2 * i];
        kept.RemoveRange(Most / 2, Most - Most / 2);
        step *= 2;
    }
}

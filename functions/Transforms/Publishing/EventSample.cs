namespace Pipeline.Transforms.Publishing;

/// <summary>A sample of event times, spread evenly over the rows: by it some clocks that run ahead do not hide that all others are late.</summary>
/// <remarks>Every so many rows one is kept; when the sample is full every third one stays and the step grows alike. No chance is involved, and
/// odd steps keep no time with producers that take turns.</remarks>
internal sealed class EventSample
{
    private const int Stays = 3, Most = Stays * 341;
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
            if (kept.Count == Most) Thin();
            kept.Add(micros[(int)next]);
        }
        next -= micros.Length;
    }

    private void Thin()
    {
        for (var i = 0; i < Most / Stays; i++) kept[i] = kept[Stays * i];
        kept.RemoveRange(Most / Stays, Most - Most / Stays);
        step *= Stays;
    }
}

using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Telemetry;

/// <summary>Counts what a committed landing added.</summary>
public static class Landed
{
    /// <summary>Counts one landing of a dataset; void segments are none.</summary>
    public static void Count(string dataset, IReadOnlyCollection<SegmentDraft> segments) => Count(
        dataset, segments.Sum(segment => (long)segment.Records), segments.Sum(segment => segment.RawBytes),
        segments.Sum(segment => segment.ObjectBytes));

    /// <summary>Counts one landing of a dataset.</summary>
    public static void Count(string dataset, long records, long rawBytes, long objectBytes)
    {
        if (records == 0) return;
        var label = Instruments.Dataset(dataset);
        Instruments.LandingBatches.Add(1, label);
        Instruments.LandingRecords.Add(records, label);
        Instruments.LandingRaw.Add(rawBytes, label);
        Instruments.LandingObjects.Add(objectBytes, label);
    }
}

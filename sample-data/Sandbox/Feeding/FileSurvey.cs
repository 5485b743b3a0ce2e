namespace Pipeline.Sandbox.Feeding;

/// <summary>What a file holds, counted before any of it is sent.</summary>
/// <param name="Records">Lines.</param>
/// <param name="Bytes">Bytes of all records, line ends not counted.</param>
/// <param name="LargestBytes">Bytes of the largest record.</param>
/// <param name="LargestRecord">Number of that record, from 1; 0 in an empty file.</param>
public sealed record FileSurvey(long Records, long Bytes, long LargestBytes, long LargestRecord)
{
    /// <summary>Reads the stream once to its end.</summary>
    public static FileSurvey Of(Stream file)
    {
        var lines = new LineReader(file);
        long records = 0, bytes = 0, largest = -1, largestRecord = 0;
        while (lines.TryRead(out var record))
        {
            records++;
            bytes += record.Length;
            if (record.Length > largest) (largest, largestRecord) = (record.Length, records);
        }

        return new(records, bytes, Math.Max(largest, 0), largestRecord);
    }
}

using System.Globalization;

namespace Pipeline.Sandbox.Feeding;

/// <summary>What a file holds, counted before any of it is sent.</summary>
/// <param name="Records">Lines.</param>
/// <param name="Bytes">Bytes of all records, line ends not counted.</param>
/// <param name="Fault">Why the file cannot be fed, with the number of the first record that stands in the way; null when it can.</param>
public sealed record FileSurvey(long Records, long Bytes, string? Fault)
{
    /// <summary>Reads the stream once to its end.</summary>
    public static FileSurvey Of(Stream file)
    {
        var lines = new LineReader(file);
        long records = 0, bytes = 0;
        string? fault = null;
        while (lines.TryRead(out var record))
        {
            records++;
            bytes += record.Length;
            fault ??= FaultOf(records, record.Span);
        }

        return new(records, bytes, fault);
    }

    private static string? FaultOf(long number, ReadOnlySpan<byte> record)
    {
        if (record.Length > RecordProducer.MaxRecordBytes) return Sentence(number, record.Length, "", RecordProducer.MaxRecordBytes);
        var stored = StoredSize.Of(record);
        return stored <= StoredSize.MaxBytes
            ? null
            : Sentence(number, record.Length, string.Create(CultureInfo.InvariantCulture, $", {stored} compressed"), StoredSize.MaxBytes);
    }

    private static string Sentence(long number, long bytes, string compressed, long limit) => string.Create(
        CultureInfo.InvariantCulture, $"Record {number} has {bytes} bytes{compressed}, and the Sandbox's broker carries at most {limit}");
}

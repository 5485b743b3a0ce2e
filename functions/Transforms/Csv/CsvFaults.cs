using System.Text.Unicode;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Csv;

/// <summary>What is wrong with a record before its fields are looked at, with the sentence for it.</summary>
internal static class CsvFaults
{
    /// <summary>The first fault: too large, not UTF-8, not CSV, not so many fields; null when there is none of them.</summary>
    /// <param name="fields">Fields it should have.</param>
    public static Fault? Of(in CsvRecord record, ReadOnlySpan<byte> run, int fields, int maxRecordBytes)
    {
        var bytes = run[record.Start..record.End];
        if (record.Fault == CsvFault.TooLarge)
            return new(RejectionCode.TooLarge, "", RejectionText.TooLarge(bytes.Length, maxRecordBytes));
        if (!Utf8.IsValid(bytes)) return NotUtf8(bytes);
        return record.Fault switch
        {
            CsvFault.StrayQuote => new(RejectionCode.BadQuote, "",
                $"At byte {record.At - record.Start} of the record a quote stands inside an unquoted field, or text behind a closing "
                + "quote."),
            CsvFault.OpenQuote => new(RejectionCode.BadQuote, "",
                $"The quoted field at byte {record.At - record.Start} of the record runs over the end of its line, and what follows is no "
                + $"whole record of at most {maxRecordBytes} bytes; reading went on with the next line."),
            _ => record.Fields == fields ? null : Ragged(record.Fields, fields),
        };
    }

    /// <summary>The fault of a record with too few or too many fields.</summary>
    public static Fault Ragged(int found, int fields) =>
        new(RejectionCode.RaggedRow, "", $"The record has {found} {(found == 1 ? "field" : "fields")}; {fields} are named.");

    /// <summary>The fault of bytes that are not UTF-8.</summary>
    public static Fault NotUtf8(ReadOnlySpan<byte> bytes) =>
        new(RejectionCode.BadUtf8, "", $"At byte {ValidBytes(bytes)} of the record it is not UTF-8.");

    private static int ValidBytes(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (System.Text.Rune.DecodeFromUtf8(bytes[at..], out _, out var read) == System.Buffers.OperationStatus.Done) at += read;
        return at;
    }
}

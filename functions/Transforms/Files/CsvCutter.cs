using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Csv;

namespace Pipeline.Transforms.Files;

/// <summary>Cuts CSV files between records, and reads the names of their fields where the contract has none.</summary>
internal sealed class CsvCutter(CsvSpec spec, int maxRecordBytes, int chunkBytes) : TextCutter(maxRecordBytes, chunkBytes)
{
    private readonly int maxRecordBytes = maxRecordBytes;
    private readonly CsvScanner scanner = new((byte)spec.Delimiter, maxRecordBytes);

    /// <inheritdoc/>
    protected override int LineEnd(ReadOnlySpan<byte> text) => text.IndexOfAny((byte)'\r', (byte)'\n');

    /// <inheritdoc/>
    protected override async ValueTask<ChunkHeader> ReadHeaderAsync(FileText text, CancellationToken stopping)
    {
        if (spec.Fields.Count != 0) return new();
        while (true)
        {
            await text.FillAsync(Lookahead, stopping);
            var blank = text.Window.Span.IndexOfAnyExcept((byte)'\r', (byte)'\n');
            if (blank == 0) return Header(text);
            if (text.Window.IsEmpty) return new();
            text.Skip(blank < 0 ? text.Window.Length : blank);
        }
    }

    /// <inheritdoc/>
    protected override TextCut Cut(FileText text, int wanted)
    {
        var run = text.Padded;
        var length = text.Window.Length;
        var sure = text.IsAtEnd ? int.MaxValue : length - Lookahead;
        var (at, isBlank) = (0, true);
        scanner.Begin(0, length);
        while (scanner.Read(run))
        {
            foreach (ref readonly var record in scanner.Records)
            {
                var isLarge = record.Fault == CsvFault.TooLarge;
                if (isLarge || record.Start > sure) return new(record.Start, isBlank, isLarge);
                if (record.End >= length && text.Damage is not null) return new(record.Start, isBlank, false);
                (at, isBlank) = (Math.Min(length, record.End + 1), false);
                if (at >= wanted) return new(at, false, false);
            }
        }
        return new(length, isBlank, false);
    }

    /// <summary>Reads the names. Where they cannot be read, all of the file's pieces say so, and its first line stays in the first of
    /// them.</summary>
    private ChunkHeader Header(FileText text)
    {
        var run = text.Padded;
        scanner.Begin(0, text.Window.Length);
        scanner.Read(run);
        var record = scanner.Records[0];
        if (text.Damage is not null && record.End == text.Window.Length) return new();
        if (CsvFaults.Of(record, run, record.Fields, maxRecordBytes) is { } fault)
            return new(Damage: $"The file's first line, which names the fields, cannot be read. {fault.Message}");
        var names = new string[record.Fields];
        for (var i = 0; i < names.Length; i++)
        {
            var start = scanner.Ends[record.First + i - 1] + 1;
            var end = i == names.Length - 1 ? record.End : scanner.Ends[record.First + i];
            names[i] = Encoding.UTF8.GetString(run[start..end]);
            if (names[i] is ['"', ..]) names[i] = names[i][1..^1].Replace("\"\"", "\"");
        }
        text.Skip(record.End);
        return new(names);
    }
}

namespace Pipeline.Transforms.Csv;

/// <summary>Records that break the rules.</summary>
internal sealed partial class CsvScanner
{
    /// <summary>Refuses the line that the open record begins in, and goes on behind it.</summary>
    private void Fail(ReadOnlySpan<byte> run)
    {
        var line = run[recordStart..(end + 1)].IndexOfAny((byte)'\r', (byte)'\n');
        var stop = recordStart + line;
        var (fault, at) = line > maxRecordBytes
            ? (CsvFault.TooLarge, recordStart)
            : FaultOf(run, recordStart, stop);
        records[count++] = new(recordStart, stop, recordFirst, 0, fault, at);
        // The line break that ends the refused line stands in for the end before the next record.
        endCount = recordFirst;
        Restart(stop + 1);
    }

    /// <summary>The fault of a line in which a record begins that is none.</summary>
    private (CsvFault Fault, int At) FaultOf(ReadOnlySpan<byte> run, int at, int stop)
    {
        while (true)
        {
            var field = at;
            if (run[at] == (byte)'"')
            {
                at = Closing(run, at + 1, stop);
                if (at == stop) return (CsvFault.OpenQuote, field);
                at++;
            }
            while (at < stop && run[at] != delimiter && run[at] != (byte)'"' && run[field] != (byte)'"') at++;
            if (at == stop) throw new InvalidOperationException("A line was refused that has no fault.");
            if (run[at] != delimiter) return (CsvFault.StrayQuote, at);
            at++;
        }
    }

    /// <summary>Where the quote stands that closes a field; <paramref name="stop"/> when none does.</summary>
    private static int Closing(ReadOnlySpan<byte> run, int at, int stop)
    {
        for (; at < stop; at++)
        {
            if (run[at] != (byte)'"') continue;
            if (run[at + 1] != (byte)'"') return at;
            at++;
        }
        return stop;
    }
}

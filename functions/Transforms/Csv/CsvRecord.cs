namespace Pipeline.Transforms.Csv;

/// <summary>Where one record lies in a run of bytes.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">Behind its last byte, where its line break begins.</param>
/// <param name="First">Which of the scanner's <see cref="CsvScanner.Ends"/> is its first field's.</param>
/// <param name="Fields">How many fields it has; 0 where <paramref name="Fault"/> is set.</param>
/// <param name="Fault">What is wrong with it as CSV; it is the one line that it begins in then.</param>
/// <param name="At">Where in the run that shows.</param>
internal readonly record struct CsvRecord(int Start, int End, int First, int Fields, CsvFault Fault = CsvFault.None, int At = 0);

/// <summary>What can be wrong with a record as CSV.</summary>
internal enum CsvFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A quote stands inside an unquoted field, or text behind a closing quote.</summary>
    StrayQuote,

    /// <summary>A quoted field runs over the end of its line, and what follows is no whole record, or too large a one.</summary>
    OpenQuote,

    /// <summary>Its line is larger than the contract's limit.</summary>
    TooLarge,
}

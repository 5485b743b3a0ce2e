using Pipeline.Domain.Failures;
using Pipeline.Transforms.Rates;

namespace Pipeline.Contracts;

/// <summary>Reads the table of exchange rates that goes with the contracts, or another in its place.</summary>
public static class RatesFile
{
    /// <summary>Where the table stands in the folder of the contracts.</summary>
    public static string Below(string datasets) => Path.Combine(datasets, "reference", "fx_rates.csv");

    /// <summary>Reads a table of the form <see cref="FxRates.Parse"/> tells.</summary>
    /// <exception cref="TerminalException">It cannot be read, or a line of it is no rate.</exception>
    public static FxRates Read(string path)
    {
        try
        {
            return FxRates.Parse(File.ReadAllText(path), Path.GetFileName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TerminalException(
                $"The exchange rates cannot be read: {error.Message.TrimEnd('.')}. "
                + "Let Reference:FxRates name a file that this program may read.", error);
        }
    }
}

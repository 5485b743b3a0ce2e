using Pipeline.Domain.Failures;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Contracts;

/// <summary>Reads the table of campaigns that goes with the contracts, or another in its place.</summary>
public static class CampaignsFile
{
    /// <summary>Where the table stands in the folder of the contracts.</summary>
    public static string Below(string datasets) => Path.Combine(datasets, "reference", "campaigns.csv");

    /// <summary>Reads a table of the form <see cref="Campaigns.Parse"/> tells.</summary>
    /// <exception cref="TerminalException">It cannot be read, or a line of it is no campaign.</exception>
    public static Campaigns Read(string path)
    {
        try
        {
            return Campaigns.Parse(File.ReadAllText(path), Path.GetFileName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TerminalException(
                $"The campaigns cannot be read: {error.Message.TrimEnd('.')}. "
                + "Let Reference:Campaigns name a file that this program may read.", error);
        }
    }
}

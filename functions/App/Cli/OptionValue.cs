using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pipeline.App.Cli;

/// <summary>Values of options, as validators may ask for them.</summary>
internal static class OptionValue
{
    /// <summary>An option's value; that of nothing where it cannot be read, of which the library makes an error of its own.</summary>
    /// <remarks>Validators run before that error is made, and asking such an option for its value throws.</remarks>
    public static T? Of<T>(SymbolResult result, Option<T> option)
    {
        try
        {
            return result.GetValue(option);
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }
}

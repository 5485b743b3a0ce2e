using System.CommandLine;

namespace Pipeline.App.Cli;

/// <summary>Why somebody looks at what is hidden, or gives something up: nothing of it happens without a word.</summary>
internal static class Reason
{
    /// <summary>An option that is needed, and has to say something.</summary>
    /// <param name="description">Where it is recorded.</param>
    /// <param name="wanted">What the sentence for an empty one asks to be said.</param>
    public static Option<string> Option(string description, string wanted)
    {
        var reason = new Option<string>("--reason") { Description = $"Why; {description}.", Required = true };
        reason.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>())) result.AddError($"--reason is empty; say why {wanted}.");
        });
        return reason;
    }
}

using System.CommandLine;
using Pipeline.Sandbox.Generating.AdTech;

namespace Pipeline.Sandbox.Verbs;

/// <summary><c>sandbox generate adtech</c>: writes files for the drop folders of the advertising datasets, with known answers.</summary>
internal static class GenerateAdTechVerb
{
    public static Command Create()
    {
        var events = new Option<int>("--events")
        {
            Description = "Good events beside the planted journeys.", DefaultValueFactory = _ => 2000,
        };
        var seed = new Option<int>("--seed") { Description = "Start of the random sequence.", DefaultValueFactory = _ => 1 };
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder to write to.", Required = true };
        events.Validators.Add(option => { if (option.GetValue(events) < 0) option.AddError("--events is at least 0."); });
        var verb = new Command("adtech", "Writes impressions, clicks and conversions.") { events, seed, output };
        verb.SetAction(parsed => Run(parsed.GetRequiredValue(output), parsed.GetValue(events), parsed.GetValue(seed)));
        return verb;
    }

    private static int Run(DirectoryInfo output, int events, int seed)
    {
        try
        {
            output.Create();
            AdTechGenerator.Write(output, events, seed);
            foreach (var file in output.GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
                Console.WriteLine($"{file.Name}: {file.Length:N0} bytes");
            return 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{output.FullName} cannot be written: {error.Message}");
            return 1;
        }
    }
}

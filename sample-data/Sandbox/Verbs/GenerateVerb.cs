using System.CommandLine;
using System.Globalization;
using Pipeline.Sandbox.Generating;

namespace Pipeline.Sandbox.Verbs;

/// <summary><c>sandbox generate</c>: writes user actions, ad events or logins, for volume, always the same for the same options.</summary>
internal static class GenerateVerb
{
    public static Command Create()
    {
        var verb = Create("generate", "Writes events of the topic user-actions, one a line.", UserActionsGenerator.Write);
        verb.Add(GenerateAdTechVerb.Create());
        verb.Add(Create("logins", "Writes messages of the queue user-logins, one a line.", LoginsGenerator.Write));
        return verb;
    }

    private static Command Create(string name, string description, Func<Stream, GeneratorOptions, GeneratorReport> write)
    {
        var lines = new Option<long>("--lines") { Description = "Records to write.", Required = true };
        var seed = new Option<uint>("--seed") { Description = "Start of the random sequence.", DefaultValueFactory = _ => 1 };
        var faults = new Option<double>("--faults") { Description = "Part of the records that must be refused, 0 to 1." };
        var output = new Option<FileInfo>("--out") { Description = "File to write.", Required = true };
        lines.Validators.Add(option => { if (option.GetValue(lines) < 0) option.AddError("--lines is at least 0."); });
        faults.Validators.Add(option => { if (option.GetValue(faults) is not (>= 0 and <= 1)) option.AddError("--faults is from 0 to 1."); });
        var verb = new Command(name, description) { lines, seed, faults, output };
        verb.SetAction(parsed => Run(
            write, parsed.GetRequiredValue(output), new(parsed.GetValue(lines), parsed.GetValue(seed), parsed.GetValue(faults))));
        return verb;
    }

    private static int Run(Func<Stream, GeneratorOptions, GeneratorReport> write, FileInfo output, GeneratorOptions options)
    {
        try
        {
            using var file = output.Create();
            var report = write(file, options);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote {report.Lines:N0} records, {report.Bytes / 1e6:N1} MB."));
            foreach (var (verdict, records) in report.Verdicts.OrderByDescending(each => each.Value))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {records,12:N0} {verdict}"));
            return 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{output.FullName} cannot be written: {error.Message}");
            return 1;
        }
    }
}

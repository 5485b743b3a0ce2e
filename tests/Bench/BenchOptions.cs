using System.Globalization;

namespace Pipeline.Tests.Bench;

/// <summary>What <c>run.sh</c> was asked for.</summary>
/// <param name="Scenario">What is measured.</param>
/// <param name="Peer">The program measured beside it; null for none, or for the one a scenario always measures.</param>
/// <param name="Json">One JSON line for each measurement instead of a sentence.</param>
/// <param name="Check">A small input, and the answers are compared with the peer's.</param>
/// <param name="Input">An NDJSON file of user actions; null generates the 2,000,000 events.</param>
/// <param name="Shuffled">The generated events have their keys in random order and optional fields.</param>
/// <param name="Threads">Numbers of threads to measure with.</param>
/// <param name="Rounds">Times each measurement is repeated, in turn with the peer's; the fastest counts.</param>
/// <param name="Worker">This process makes one measurement and prints it; the one without it starts such processes.</param>
internal sealed record BenchOptions(
    string Scenario, string? Peer, bool Json, bool Check, string? Input, bool Shuffled, int[] Threads, int Rounds, bool Worker)
{
    /// <summary>Records of a check.</summary>
    public const long CheckLines = 20_000;

    /// <summary>Records of the generated input.</summary>
    public const long FullLines = 2_000_000;

    /// <exception cref="ArgumentException">An argument is not known, or its value is not one it takes.</exception>
    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions(arguments.FirstOrDefault() ?? "transform", null, false, false, null, false, [1, 2], 3, false);
        for (var i = 1; i < arguments.Length; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--peer" => options with { Peer = Value() },
                "--json" => options with { Json = true },
                "--check" => options with { Check = true, Rounds = 1 },
                "--input" => options with { Input = Existing(Path.GetFullPath(Value())) },
                "--shuffled" => options with { Shuffled = true },
                "--threads" => options with { Threads = [.. Value().Split(',').Select(Count)] },
                "--rounds" => options with { Rounds = Count(Value()) },
                "--worker" => options with { Worker = true },
                _ => throw new ArgumentException(
                    $"'{name}' is no option: --peer NAME, --json, --check, --input FILE, --shuffled, --threads 1,2 or --rounds N."),
            };

            string Value() => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{name} needs a value.");

            int Count(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count > 0
                ? count : throw new ArgumentException($"{name} takes whole numbers from 1, not '{text}'.");
        }
        return options;
    }

    private static string Existing(string file) =>
        File.Exists(file) ? file : throw new ArgumentException($"There is no input file {file}.");
}

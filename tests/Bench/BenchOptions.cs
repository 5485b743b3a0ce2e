namespace Pipeline.Tests.Bench;

/// <summary>What <c>run.sh</c> was asked for.</summary>
/// <param name="Scenario">What is measured.</param>
/// <param name="Peer">The program measured beside it, <c>duckdb</c>; null for none.</param>
/// <param name="Json">One JSON line for each measurement instead of a sentence.</param>
/// <param name="Check">A small input, and the answers are compared with the peer's.</param>
/// <param name="Input">An NDJSON file of user actions; null generates the 2,000,000 events.</param>
/// <param name="Shuffled">Generates events whose key order and optional fields vary at random.</param>
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

    /// <exception cref="ArgumentException">An argument is not known.</exception>
    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions(arguments.FirstOrDefault() ?? "transform", null, false, false, null, false, [1, 2], 3, false);
        for (var i = 1; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--peer" => options with { Peer = arguments[++i] },
                "--json" => options with { Json = true },
                "--check" => options with { Check = true, Peer = options.Peer ?? "duckdb", Rounds = 1 },
                "--input" => options with { Input = Path.GetFullPath(arguments[++i]) },
                "--shuffled" => options with { Shuffled = true },
                "--threads" => options with { Threads = [.. arguments[++i].Split(',').Select(int.Parse)] },
                "--rounds" => options with { Rounds = int.Parse(arguments[++i]) },
                "--worker" => options with { Worker = true },
                var other => throw new ArgumentException(
                    $"'{other}' is no option: --peer duckdb, --json, --check, --input FILE, --shuffled, --threads 1,2 or --rounds N."),
            };
        }
        return options;
    }
}

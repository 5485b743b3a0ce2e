using Pipeline.Tests.Bench;
using Pipeline.Tests.Bench.Scenarios;

var scenarios = new Dictionary<string, Func<BenchOptions, Task<int>>>
{
    ["decode"] = new Isolated((sample, _) => new Decode(sample), new DuckDb()).RunAsync,
    ["csv"] = new Isolated((sample, _) => new Csv(sample), new DuckDb()).RunAsync,
    ["transform"] = new Isolated((sample, threads) => new Transform(sample, threads), new DuckDb()) { Threaded = true }.RunAsync,
    ["parquet"] = new Isolated((sample, _) => new ParquetFile(sample), new DuckDb()).RunAsync,
    ["land"] = new Isolated((sample, _) => new Land(sample), new ZstdProgram()).RunAsync,
    ["avro"] = new Isolated((sample, _) => new AvroFile(sample), new Avsc()) { Prepare = AvroFile.PrepareAsync }.RunAsync,
    ["merge"] = Merge.RunAsync,
    ["e2e"] = EndToEnd.RunAsync,
    ["pod"] = Pod.RunAsync,
    ["orchestrate"] = Orchestrate.RunAsync,
    ["attribution"] = Attribution.RunAsync,
};

try
{
    var options = BenchOptions.Parse(args);
    if (scenarios.TryGetValue(options.Scenario, out var run)) return await run(options);
    throw new ArgumentException($"'{options.Scenario}' is no scenario: {string.Join(", ", scenarios.Keys)}.");
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

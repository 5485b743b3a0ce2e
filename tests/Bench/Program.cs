using System.Text.Json;
using Pipeline.Tests.Bench;
using Pipeline.Tests.Bench.Scenarios;

const int WarmUps = 4;

var options = BenchOptions.Parse(args);
var sample = await Sample.PrepareAsync(options);
if (options.Worker)
{
    Console.WriteLine(JsonSerializer.Serialize(await MeasureAsync(options.Threads[0])));
    return 0;
}

foreach (var threads in options.Scenario is "transform" ? options.Threads : [1])
{
    Measurement? ours = null, peers = null;
    for (var round = 0; round < options.Rounds; round++)
    {
        ours = Faster(ours, MeasureInWorker(threads));
        if (options.Peer is not null && Peer.Plays(options.Scenario)) peers = Faster(peers, Peer.Measure(options.Scenario, threads, sample));
    }
    Console.WriteLine(ours!.ToText(options.Json, peers is null ? null : options.Peer, peers));
    if (options.Scenario == "transform" && peers is not null && !Agrees()) return 1;
}
return 0;

Measurement MeasureInWorker(int threads)
{
    string[] input = options.Input is null ? [] : ["--input", options.Input];
    string[] shuffled = options.Shuffled ? ["--shuffled"] : [];
    string[] check = options.Check ? ["--check"] : [];
    return JsonSerializer.Deserialize<Measurement>(
        Peer.Run(Environment.ProcessPath!, [options.Scenario, "--worker", "--threads", $"{threads}", .. input, .. shuffled, .. check]))!;
}

bool Agrees()
{
    var (rows, peerRows, different) = Peer.Compare(new Transform(sample, 1).Lake, Peer.LakeOf(sample));
    if (rows == peerRows && different == 0) return true;
    Console.Error.WriteLine($"The answers differ: {rows} rows here, {peerRows} there, {different} in one of both only.");
    return false;
}

static Measurement Faster(Measurement? best, Measurement next) => best is null || next.CpuSeconds < best.CpuSeconds ? next : best;

// The first runs compile and fill the file cache, as a program that runs all day has done.
async Task<Measurement> MeasureAsync(int threads)
{
    switch (options.Scenario)
    {
        case "transform":
            var transform = new Transform(sample, threads);
            for (var warmUp = 0; warmUp < WarmUps; warmUp++)
            {
                transform.Clear();
                await transform.RunAsync();
            }
            transform.Clear();
            return await Measurement.OfAsync(options.Scenario, threads, sample, transform.RunAsync);
        case "decode":
            var decode = new Decode(sample);
            await decode.LoadAsync();
            for (var warmUp = 0; warmUp < WarmUps; warmUp++) await decode.RunAsync();
            return await Measurement.OfAsync(options.Scenario, 1, sample, decode.RunAsync);
        case "land":
            using (var land = new Land(sample))
            {
                land.Load();
                for (var warmUp = 0; warmUp < WarmUps; warmUp++) await land.RunAsync();
                return await Measurement.OfAsync(options.Scenario, 1, sample, land.RunAsync);
            }
        case "parquet":
            var parquet = new ParquetFile();
            for (var warmUp = 0; warmUp < WarmUps; warmUp++) await parquet.RunAsync();
            var measured = await Measurement.OfAsync(options.Scenario, 1, sample, parquet.RunAsync);
            return measured with
            {
                InputMb = parquet.ColumnBytes * ParquetFile.RowGroups / 1e6, Rows = parquet.TotalRows,
                AllocBytesPerRow = measured.AllocBytesPerRow * sample.Records / parquet.TotalRows,
            };
        default:
            throw new ArgumentException($"'{options.Scenario}' is no scenario: decode, transform, parquet or land.");
    }
}

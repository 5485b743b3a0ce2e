using System.Text.Json;

namespace Pipeline.Tests.Bench;

/// <summary>A scenario whose every measurement is a program of its own, in turn with its peer's.</summary>
internal sealed class Isolated(Func<Sample, int, IWorkload> workload, IPeer peer)
{
    private const int WarmUps = 4;
    private const double WarmUpMb = 1500;

    /// <summary>Whether it is measured with several numbers of threads.</summary>
    public bool Threaded { get; init; }

    /// <summary>Makes the input.</summary>
    public Func<BenchOptions, Task<Sample>> Prepare { get; init; } = Sample.PrepareAsync;

    /// <returns>The exit code: 1 when the answers differ.</returns>
    public async Task<int> RunAsync(BenchOptions options)
    {
        if (options.Peer is { } asked && asked != peer.Name)
            throw new ArgumentException($"{options.Scenario} has the peer {peer.Name}, not '{asked}'.");
        var sample = await Prepare(options);
        if (options.Worker)
        {
            Console.WriteLine(JsonSerializer.Serialize(await MeasureAsync(options, sample)));
            return 0;
        }
        var hasPeer = options.Check || options.Peer is not null || peer.IsAlwaysThere;
        foreach (var threads in Threaded ? options.Threads : [1])
        {
            using var compared = workload(sample, threads);
            var (ours, peers) = Measure(options, sample, threads, hasPeer, compared);
            Console.WriteLine(ours.ToText(options.Json, peers is null ? null : peer.Name, peers));
            if (hasPeer && await compared.DifferenceAsync() is { } difference)
            {
                Console.Error.WriteLine($"The answers of {options.Scenario} differ: {difference}");
                return 1;
            }
        }
        return 0;
    }

    private (Measurement Ours, Measurement? Peers) Measure(BenchOptions options, Sample sample, int threads, bool hasPeer, IWorkload compared)
    {
        Measurement? ours = null, peers = null;
        for (var round = 0; round < options.Rounds; round++)
        {
            ours = Measurement.Faster(ours, MeasureInWorker(options, threads));
            if (hasPeer) peers = Measurement.Faster(peers, peer.Measure(options.Scenario, threads, sample, compared));
        }
        return (ours!, peers);
    }

    private static Measurement MeasureInWorker(BenchOptions options, int threads)
    {
        string[] input = options.Input is null ? [] : ["--input", options.Input];
        string[] shuffled = options.Shuffled ? ["--shuffled"] : [];
        string[] check = options.Check ? ["--check"] : [];
        return JsonSerializer.Deserialize<Measurement>(ChildProgram.Run(
            Environment.ProcessPath!, [options.Scenario, "--worker", "--threads", $"{threads}", .. input, .. shuffled, .. check]))!;
    }

    // The first runs compile and fill the file cache, as a program that runs all day has done; a large input does so by itself.
    private async Task<Measurement> MeasureAsync(BenchOptions options, Sample sample)
    {
        using var measured = workload(sample, options.Threads[0]);
        await measured.LoadAsync();
        var warmUps = Math.Min(WarmUps, (int)Math.Round(WarmUpMb / measured.InputMb));
        for (var warmUp = 0; warmUp < warmUps; warmUp++)
        {
            measured.Clear();
            await measured.RunAsync();
        }
        measured.Clear();
        return await Measurement.OfAsync(options.Scenario, options.Threads[0], measured.InputMb, measured.Rows, measured.RunAsync);
    }
}

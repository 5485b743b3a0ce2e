using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench.Scenarios.Orchestrations;

/// <summary>
/// What a turn costs once the history is long: on the node where the instance lives, and the first one on another node, which replays
/// everything. One instance, its activities one after the other.
/// </summary>
internal static class Histories
{
    private const int Last = 100;

    /// <returns>False when a result is wrong.</returns>
    public static async Task<bool> RunAsync(PostgresServer server)
    {
        foreach (var activities in (int[])[100, 1_000, 5_000, 10_000])
        {
            using var bytes = new BytesRead();
            var database = server.CreateDatabase();
            var ((from, bytesFrom), (to, bytesTo)) = ((0L, 0L), (0L, 0L));
            var functions = new BenchFunctions
            {
                OnSquare = i =>
                {
                    if (i == activities - Last) (from, bytesFrom) = (Stopwatch.GetTimestamp(), bytes.Total);
                    if (i == activities - 1) (to, bytesTo) = (Stopwatch.GetTimestamp(), bytes.Total);
                },
            };
            string id;
            await using (var node = await BenchNode.StartAsync(database, functions))
            {
                id = await node.Client.ScheduleNewOrchestrationInstanceAsync(BenchFunctions.Long, activities);
                while ((await node.Client.GetInstanceAsync(id, true, default))!.SerializedCustomStatus is null) await Task.Delay(500);
            }
            await using var other = await BenchNode.StartAsync(database, new());
            var (replay, bytesReplay) = (Stopwatch.GetTimestamp(), bytes.Total);
            await other.Client.RaiseEventAsync(id, BenchFunctions.Go);
            var end = await other.Client.WaitForInstanceCompletionAsync(id, true);
            var replayed = Stopwatch.GetElapsedTime(replay);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"orchestrate, history of {activities} activities: {Stopwatch.GetElapsedTime(from, to).TotalMilliseconds / (Last - 1):F2} "
                + $"ms and {(bytesTo - bytesFrom) / (Last - 1)} bytes read a turn; the first turn on another node "
                + $"{replayed.TotalMilliseconds:F1} ms and {(bytes.Total - bytesReplay) / 1e3:F1} kB"));
            if (end.ReadOutputAs<long>() == BenchFunctions.Sum(0, activities)) continue;
            Console.Error.WriteLine($"The orchestration of {activities} activities came to {end.SerializedOutput}.");
            return false;
        }
        return true;
    }

    /// <summary>Bytes Npgsql read from the server.</summary>
    /// <remarks>https://www.npgsql.org/doc/diagnostics/metrics.html</remarks>
    private sealed class BytesRead : IDisposable
    {
        private readonly MeterListener listener = new();
        private long total;

        public BytesRead()
        {
            listener.InstrumentPublished = (instrument, me) =>
            {
                if (instrument is { Meter.Name: "Npgsql", Name: "db.client.operation.npgsql.bytes_read" })
                    me.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref total, count));
            listener.Start();
        }

        public long Total => Interlocked.Read(ref total);

        public void Dispose() => listener.Dispose();
    }
}

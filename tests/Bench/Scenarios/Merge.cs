using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Tests.Bench.Scenarios.Merging;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>
/// The staged upsert into PostgreSQL beside a bare COPY and upsert of the same rows, on the same server, which syncs to disk: a first
/// load into an empty table, then a load that updates every row.
/// </summary>
internal static class Merge
{
    private const string PeerName = "copy";
    private const long MaxRows = 500_000;

    private static readonly DatasetContract Contract =
        ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named("user_actions");

    /// <returns>The exit code: 1 when the two tables differ.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        if (options.Peer is not (null or PeerName)) throw new ArgumentException($"merge has the peer {PeerName}, not '{options.Peer}'.");
        var first = await MergeInput.DecodeAsync(await Sample.PrepareAsync(options), Contract, MaxRows);
        using var server = PostgresServer.Durable();
        MergeInput[] loads = await WithCopyBytesAsync(server, first);
        var ours = new Measurement?[loads.Length];
        var peers = new Measurement?[loads.Length];
        for (var round = 0; round < options.Rounds; round++)
        {
            await using var source = NpgsqlDataSource.Create(server.CreateDatabase());
            if (await MeasureAsync(source, loads, ours, peers) is { } difference)
            {
                await Console.Error.WriteLineAsync($"The two tables differ: {difference}");
                return 1;
            }
        }
        for (var i = 0; i < loads.Length; i++) Console.WriteLine(ours[i]!.ToText(options.Json, PeerName, peers[i]));
        return 0;
    }

    private static async Task<string?> MeasureAsync(NpgsqlDataSource source, MergeInput[] loads, Measurement?[] ours, Measurement?[] peers)
    {
        var (session, bare) = (new SessionMerge(source, Contract), new BareMerge(source));
        await bare.PrepareAsync();
        for (var i = 0; i < loads.Length; i++)
        {
            var (load, name) = (loads[i], i == 0 ? "merge-load" : "merge-update");
            var plan = await session.PlanAsync(load);
            ours[i] = Measurement.Faster(ours[i], await MeasureAsync(source, name, load, () => session.RunAsync(plan, load)));
            peers[i] = Measurement.Faster(peers[i], await MeasureAsync(source, name, load, () => bare.RunAsync(load)) with { PeakRssMb = null });
        }
        return await DifferenceAsync(source);
    }

    // Each begins behind a checkpoint, so that neither pays for pages the other dirtied.
    private static async Task<Measurement> MeasureAsync(NpgsqlDataSource source, string name, MergeInput load, Func<Task<long>> work)
    {
        await ExecuteAsync(source, "CHECKPOINT");
        var server = await ProgramUse.ServerOfAsync(source);
        var before = ProgramUse.CpuSeconds(server);
        var measured = await Measurement.OfAsync(name, 1, load.Bytes / 1e6, load.Rows, work);
        return measured with { OtherCpuSeconds = new Dictionary<string, double> { ["postgres"] = ProgramUse.CpuSeconds(server) - before } };
    }

    // Merged once in a database that is not measured; from there come the bytes that a COPY takes, in the order the records came in.
    private static async Task<MergeInput[]> WithCopyBytesAsync(PostgresServer server, MergeInput first)
    {
        await using var source = NpgsqlDataSource.Create(server.CreateDatabase());
        var session = new SessionMerge(source, Contract);
        MergeInput[] loads = [first, first.ADayLater(Contract)];
        for (var i = 0; i < loads.Length; i++)
        {
            await session.RunAsync(await session.PlanAsync(loads[i]), loads[i]);
            loads[i] = loads[i] with { CopyBytes = await CopiedAsync(source) };
        }
        return loads;
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> CopiedAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY (SELECT {BareMerge.Columns} FROM warehouse.{Contract.Table!.Name} ORDER BY _position) TO STDOUT (FORMAT binary)");
        var pieces = new List<ReadOnlyMemory<byte>>();
        while (true)
        {
            var piece = new byte[256 * 1024];
            var read = await copy.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false);
            if (read == 0) return pieces;
            pieces.Add(piece.AsMemory(0, read));
        }
    }

    private static async Task<string?> DifferenceAsync(NpgsqlDataSource source)
    {
        var (ours, bare) = ($"SELECT {BareMerge.Columns} FROM warehouse.{Contract.Table!.Name}", $"SELECT {BareMerge.Columns} FROM bare");
        await using var command = source.CreateCommand(
            $"""
            SELECT (SELECT count(*) FROM ({ours}) AS o), (SELECT count(*) FROM bare),
                (SELECT count(*) FROM ({ours} EXCEPT {bare}) AS a) + (SELECT count(*) FROM ({bare} EXCEPT {ours}) AS b)
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (rows, bareRows, different) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        return rows == bareRows && different == 0 ? null : $"{rows} rows in ours, {bareRows} in the bare one, {different} in one of both only.";
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

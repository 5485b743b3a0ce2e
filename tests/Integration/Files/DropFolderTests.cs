using Pipeline.Domain.Failures;
using Pipeline.Domain.Files;
using Pipeline.Sources.Files;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Files;
using static Pipeline.Tests.Integration.Files.DropWorld;

namespace Pipeline.Tests.Integration.Files;

public sealed class DropFolderTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_file_is_landed_once_in_bounded_segments_whose_positions_are_its_own()
    {
        await using var world = await CreateAsync(postgres);
        world.Options = world.Options with { SegmentBytes = 10_000 };
        world.Write("a.ndjson", [.. Enumerable.Range(0, 1000).Select(i => $"line {i:D20}")]);
        world.Write("deep/b.ndjson", "one");

        Assert.Equal("2 0 0", $"{await world.ScanAsync()} {await world.ScanAsync()} {await world.ScanAsync()}");

        Assert.Equal(["1|a.ndjson|landed|7", "2|deep/b.ndjson|landed|1"], await world.FilesAsync());
        Assert.Equal(
            ["views|files~views-g1|1|0|12324", "views|files~views-g1|1|12324|24648", "views|files~views-g1|1|24648|26000", "views|files~views-g1|2|0|4"],
            await world.LinesAsync(
                """
                SELECT dataset, shard, lower(positions) >> 40, lower(positions) % (1::bigint << 40), upper(positions) % (1::bigint << 40)
                FROM pipeline.segment WHERE state = 'landed' ORDER BY positions
                """));
        Assert.Equal(4, (await world.SegmentKeysAsync()).Count);
    }

    [Fact]
    public async Task What_is_still_being_written_waits()
    {
        await using var world = await CreateAsync(postgres);
        world.Options = world.Options with { SettleTime = TimeSpan.FromHours(1) };
        foreach (var name in (string[])["a.tmp", "b.csv.part", "_c.csv", ".d.csv", "_temporary/e.csv", "f.csv"]) world.Write(name, "x");
        Assert.Equal(0, await world.ScanAsync());
        File.AppendAllText(world.PathOf("f.csv"), "more");
        Assert.Equal("0 1", $"{await world.ScanAsync()} {await world.ScanAsync()}");
        Assert.Equal(["2|f.csv|landed|1"], (await world.FilesAsync()).Where(file => !file.Contains("|gone|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_old_file_is_taken_by_the_first_scan()
    {
        await using var world = await CreateAsync(postgres);
        world.Options = world.Options with { SettleTime = TimeSpan.FromHours(1) };
        world.Write("a.csv", "x");
        File.SetLastWriteTimeUtc(world.PathOf("a.csv"), DateTime.UtcNow.AddHours(-2));
        Assert.Equal(1, await world.ScanAsync());
    }

    [Fact]
    public async Task An_empty_file_is_landed_without_a_segment()
    {
        await using var world = await CreateAsync(postgres);
        world.Write("empty.csv");
        Assert.Equal(1, await world.ScanAsync());
        Assert.Equal(["1|empty.csv|landed|0"], await world.FilesAsync());
        Assert.Empty(await world.LinesAsync("SELECT id FROM pipeline.segment"));
    }

    [Fact]
    public async Task A_replaced_file_is_another_file()
    {
        await using var world = await CreateAsync(postgres);
        world.Write("a.csv", "x");
        await world.ScanAsync();
        world.Write("a.csv", "x", "y");
        Assert.Equal(1, await world.ScanAsync());
        Assert.Equal(["1|a.csv|landed|1", "2|a.csv|landed|1"], await world.FilesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_process_that_dies_around_the_commit_lands_the_file_once(bool afterwards)
    {
        await using var world = await CreateAsync(postgres);
        world.Write("a.csv", "x");
        await Assert.ThrowsAsync<TransientException>(() => world.ScanAsync(new DyingLedger(world.Ledger, afterwards)));
        Assert.Equal(afterwards ? 0 : 1, await world.ScanAsync());
        Assert.Equal(["1|a.csv|landed|1"], await world.FilesAsync());
        Assert.Equal(["1"], await world.LinesAsync("SELECT count(*) FROM pipeline.segment"));

        // What the dead one had written goes when nobody can be writing any more; what landed stays.
        await world.SweepAsync();
        Assert.Equal(afterwards ? 1 : 2, (await world.SegmentKeysAsync()).Count);
        world.Clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(afterwards ? 0 : 1, (await world.SweepAsync()).OrphanSegmentsDeleted);
        Assert.Equal(await world.LinesAsync("SELECT object_key FROM pipeline.segment"), await world.SegmentKeysAsync());
    }

    [Fact]
    public async Task Many_workers_land_each_file_once()
    {
        await using var world = await CreateAsync(postgres);
        for (var i = 0; i < 20; i++) world.Write($"{i:D2}.csv", $"row {i}");
        var landed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.ScanAsync())));
        Assert.Equal(20, landed.Sum());
        Assert.Equal(["20|20|20"], await world.LinesAsync(
            "SELECT count(*), count(DISTINCT lower(positions)), (SELECT count(*) FROM pipeline.dropped_file WHERE state = 'landed') FROM pipeline.segment"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_tried_again_and_told_of_after_the_third_time()
    {
        await using var world = await CreateAsync(postgres);
        world.Write("bad.csv", "x");
        world.Write("good.csv", "x");
        var cutter = world.Cutter;
        world.Cutter = () => new BrokenCutter();
        await world.ScanAsync();
        world.Cutter = cutter;
        File.Delete(world.PathOf("good.csv"));
        world.Cutter = () => new BrokenCutter();
        await world.ScanAsync();
        Assert.Empty(await world.LinesAsync("SELECT code FROM pipeline.alert"));
        await world.ScanAsync();
        Assert.Equal(["file_unread|views/bad.csv"], await world.LinesAsync("SELECT code, subject FROM pipeline.alert WHERE resolved_at IS NULL"));
        Assert.Equal(["1|bad.csv|seen|0", "2|good.csv|gone|0"], await world.FilesAsync());
        world.Cutter = cutter;
        Assert.Equal(1, await world.ScanAsync());
        Assert.Empty(await world.LinesAsync("SELECT code FROM pipeline.alert WHERE resolved_at IS NULL"));
    }

    [Fact]
    public async Task A_file_that_takes_too_long_to_read_is_told_of_and_keeps_no_other_from_its_turn()
    {
        await using var world = await CreateAsync(postgres);
        world.Options = world.Options with { FileTime = TimeSpan.FromMilliseconds(200), AtOnce = 1 };
        world.Write("a.csv", "x");
        world.Write("b.csv", "x");
        var (cutter, given) = (world.Cutter, 0);
        world.Cutter = () => given++ % 2 == 0 ? new UnendingCutter() : cutter();
        Assert.Equal(1, await world.ScanAsync());
        for (var i = 0; i < 2; i++)
        {
            given = 0;
            await world.ScanAsync();
        }

        Assert.Equal(["1|a.csv|seen|0", "2|b.csv|landed|1"], await world.FilesAsync());
        Assert.Contains("was not read to its end within 0:00:00.2", Assert.Single(await world.LinesAsync("SELECT text FROM pipeline.alert WHERE code = 'file_unread'")));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_not_landed_as_what_it_was()
    {
        await using var world = await CreateAsync(postgres);
        world.Write("a.csv", "x");
        var cutter = world.Cutter;
        world.Cutter = () =>
        {
            File.AppendAllText(world.PathOf("a.csv"), "more");
            return cutter();
        };
        Assert.Equal(0, await world.ScanAsync());
        world.Cutter = cutter;
        Assert.Equal(1, await world.ScanAsync());
        Assert.Equal(["1|a.csv|gone|0", "2|a.csv|landed|1"], await world.FilesAsync());
    }

    [Fact]
    public async Task A_file_with_more_positions_than_can_be_numbered_is_refused_with_an_alert()
    {
        await using var world = await CreateAsync(postgres);
        world.Write("huge.csv", "x");
        world.Cutter = () => new EndlessCutter();
        Assert.Equal("0 0", $"{await world.ScanAsync()} {await world.ScanAsync()}");
        Assert.Equal(["1|huge.csv|refused|0"], await world.FilesAsync());
        Assert.StartsWith(
            "File views/huge.csv was not landed: The file has more than 1,099,511,627,776 positions.",
            Assert.Single(await world.LinesAsync("SELECT text FROM pipeline.alert WHERE code = 'file_refused'")));
    }

    [Fact]
    public async Task A_name_that_is_no_key_keeps_no_other_file_from_being_landed()
    {
        await using var world = await CreateAsync(postgres);
        world.Write("a\\b.csv", "x");
        world.Write("c.csv", "x");
        Assert.Equal(1, await world.ScanAsync());
        Assert.Equal(["1|a\\b.csv|refused|0", "2|c.csv|landed|1"], await world.FilesAsync());
    }

    private sealed class BrokenCutter : IFileCutter
    {
        public async IAsyncEnumerable<FileChunk> CutAsync(
            Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
        {
            await Task.Yield();
            yield return new(0, 1, default, "x"u8.ToArray());
            throw new IOException("The disk is gone.");
        }
    }

    private sealed class UnendingCutter : IFileCutter
    {
        public async IAsyncEnumerable<FileChunk> CutAsync(
            Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
        {
            yield return new(0, 1, default, "x"u8.ToArray());
            await Task.Delay(Timeout.Infinite, stopping);
        }
    }

    private sealed class EndlessCutter : IFileCutter
    {
        public async IAsyncEnumerable<FileChunk> CutAsync(
            Stream file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
        {
            await Task.Yield();
            yield return new(0, DroppedFile.MaxLength, default, "x"u8.ToArray());
            yield return new(DroppedFile.MaxLength, 1, default, "y"u8.ToArray());
        }
    }
}

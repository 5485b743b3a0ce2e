using System.Text;
using System.Text.Json;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Reading;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class TransformPublicationTests
{
    private static readonly string[] Records =
    [
        Given.Event, Given.Event.Replace("view", "a/b"), Given.Event.Replace("user_1", "user_2"), "{", Given.Event.Replace("10-23", "10-24"),
        Given.Event.Replace("\"view\"", "7"), Given.Event.Replace("{\"timestamp\"", "{\"extra\":1,\"timestamp\""),
    ];

    private readonly MemoryObjectStore segments = new();
    private readonly MemoryObjectStore lake = new();
    private readonly MemoryObjectStore quarantine = new();

    [Fact]
    public async Task Every_record_ends_in_the_lake_and_the_table_or_in_quarantine()
    {
        var ledger = await LandAsync(Records, Records);
        var summary = await RunAsync(ledger);

        Assert.Equal((PublicationEnd.Committed, 0), (summary.End, summary.Unfinished));
        Assert.Equal(new PublicationCounts(14, 10, 0, 4), summary.Counts);
        Assert.Equal([0L, 1, 2, 4, 6, 100, 101, 102, 104, 106], ledger.Rows.Select(row => row.Position));
        Assert.Equal(
            ["user_actions/event_date=2023-10-23/event_name=a%2Fb/9-1.parquet", "user_actions/event_date=2023-10-23/event_name=view/9-0.parquet",
                "user_actions/event_date=2023-10-24/event_name=view/9-2.parquet"], lake.Objects.Keys);
        var committed = ledger.Committed!;
        Assert.Equal([6L, 2, 2, 4], committed.Objects.Select(each => each.Rows));
        Assert.Equal([new DateOnly(2023, 10, 23), new(2023, 10, 23), new(2023, 10, 24), null], committed.Objects.Select(each => each.DatePartition));
        Assert.Equal([(RejectionCode.Truncated, "", 2L, 3L), (RejectionCode.WrongType, "event_name", 2L, 5L)],
            committed.Rejections.Select(each => (each.Code, each.Field, each.Records, each.FirstPosition)));
        Assert.Equal(2, committed.UnknownFields["extra"]);
        Assert.Equal(new DateTimeOffset(2023, 10, 23, 12, 34, 56, TimeSpan.Zero), committed.MinEventTime);
        Assert.Equal(new DateTimeOffset(2023, 10, 24, 12, 34, 56, TimeSpan.Zero), committed.MaxEventTime);
        Assert.Empty(lake.PendingKeys.Concat(quarantine.PendingKeys));
    }

    [Fact]
    public async Task A_quarantined_record_can_be_opened_and_nothing_of_it_is_readable()
    {
        await RunAsync(await LandAsync(Records));
        var lines = Encoding.UTF8.GetString(quarantine.Objects["user_actions/9.ndjson"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain(lines, line => line.Contains("user_1", StringComparison.Ordinal));
        using var sealer = new AesGcmSealer(Key);
        var opened = lines.Select(line => JsonDocument.Parse(line).RootElement).Select(row => Encoding.UTF8.GetString(sealer.Unseal(
            row.GetProperty("sealed").GetBytesFromBase64(),
            QuarantineWriter.ContextOf(row.GetProperty("shard").GetString()!, row.GetProperty("position").GetInt64()))));
        Assert.Equal([Records[3], Records[5]], opened);
        Assert.StartsWith("{\"code\":\"truncated\",\"field\":\"\",\"message\":\"The record ends at byte 1, in the middle of a value.\","
            + "\"shard\":\"user-actions-0-g0\",\"position\":3,\"bytes\":1,\"sealed\":\"", lines[0]);
    }

    [Fact]
    public async Task A_second_attempt_makes_the_same_bytes()
    {
        await RunAsync(await LandAsync(Records, Records));
        var first = lake.Objects.Concat(quarantine.Objects).Select(each => (each.Key, Convert.ToHexString(each.Value))).ToList();
        lake.Objects.Clear();
        quarantine.Objects.Clear();
        await RunAsync(await LandAsync(Records, Records));
        Assert.Equal(first, lake.Objects.Concat(quarantine.Objects).Select(each => (each.Key, Convert.ToHexString(each.Value))));
    }

    [Fact]
    public async Task A_committed_publication_is_only_completed()
    {
        var ledger = await LandAsync(Records);
        lake.Fault = (operation, _) => operation == "complete" ? new TransientException("503") : null;
        Assert.Equal(3, (await RunAsync(ledger)).Unfinished);
        Assert.Empty(lake.Objects);
        lake.Fault = null;
        var again = await RunAsync(ledger);
        Assert.Equal((PublicationEnd.AlreadyCommitted, 0, 3, 1), (again.End, again.Unfinished, lake.Objects.Count, ledger.Attempts));
    }

    [Fact]
    public async Task A_fenced_attempt_leaves_nothing_behind()
    {
        var ledger = await LandAsync(Records);
        ledger.Fenced = true;
        Assert.Equal(PublicationEnd.Fenced, (await RunAsync(ledger)).End);
        Assert.Empty(lake.PendingKeys.Concat(quarantine.PendingKeys).Concat(lake.Objects.Keys));
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("write")]
    [InlineData("finish")]
    public async Task A_failed_upload_leaves_nothing_behind_and_the_next_run_commits(string operation)
    {
        var ledger = await LandAsync(Records);
        lake.Fault = (called, key) => called == operation && key.Contains("a%2Fb") ? new TransientException("503") : null;
        await Assert.ThrowsAsync<TransientException>(() => RunAsync(ledger));
        Assert.Empty(lake.PendingKeys.Concat(quarantine.PendingKeys));
        lake.Fault = null;
        Assert.Equal(PublicationEnd.Committed, (await RunAsync(ledger)).End);
    }

    [Fact]
    public async Task Uploads_survive_a_commit_of_unknown_outcome()
    {
        var ledger = await LandAsync(Records);
        ledger.CommitFault = () => new TransientException("connection lost");
        await Assert.ThrowsAsync<TransientException>(() => RunAsync(ledger));
        Assert.Equal(3, lake.PendingKeys.Count);
    }

    [Fact]
    public async Task Rows_the_table_refuses_are_quarantined_and_the_rest_loads()
    {
        var ledger = await LandAsync(Records);
        ledger.Refuse = (_, position) => position == 2 ? "23514 check_user" : null;
        var summary = await RunAsync(ledger);
        Assert.Equal((PublicationEnd.Committed, new PublicationCounts(7, 4, 0, 3), 2), (summary.End, summary.Counts, ledger.Attempts));
        Assert.Equal([0L, 1, 4, 6], ledger.Rows.Select(row => row.Position));
        Assert.Contains(ledger.Committed!.Rejections, each => each is { Code: RejectionCode.TableRefused, FirstPosition: 2, Records: 1 });
    }

    [Fact]
    public async Task A_table_that_goes_on_refusing_needs_a_person()
    {
        var ledger = await LandAsync(Records);
        ledger.Refuse = (_, position) => position == Math.Min(ledger.Attempts - 1, 2) ? "23514" : null;
        var error = await Assert.ThrowsAsync<TerminalException>(() => RunAsync(ledger));
        Assert.StartsWith("Publication 9 of user_actions: the table refused rows in 3 rounds, the last for: 23514.", error.Message);
        Assert.Null(ledger.Committed);
    }

    [Fact]
    public async Task A_missing_segment_needs_a_person()
    {
        var ledger = await LandAsync(Records);
        segments.Objects.Clear();
        var error = await Assert.ThrowsAsync<TerminalException>(() => RunAsync(ledger));
        Assert.Equal("Publication 9 cannot read segment 'segment-0' in memory: No object has the key 'segment-0'. Restore the object, then plan it again.",
            error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task A_damaged_segment_needs_a_person(int at)
    {
        var ledger = await LandAsync(Records, Records);
        segments.Objects["segment-1"][at] ^= 1;
        var error = await Assert.ThrowsAsync<TerminalException>(() => RunAsync(ledger));
        Assert.Matches("^Publication 9 cannot read segment 'segment-1' in memory: The segment is damaged at byte [0-9]+: ", error.Message);
        Assert.Empty(lake.PendingKeys);
    }

    [Fact]
    public async Task A_segment_that_is_not_the_ledgers_needs_a_person()
    {
        var ledger = await LandAsync(Records, Records);
        segments.Objects["segment-1"] = segments.Objects["segment-0"];
        var error = await Assert.ThrowsAsync<TerminalException>(() => RunAsync(ledger));
        Assert.Contains("It holds positions outside of 100 to 106.", error.Message);
    }

    [Fact]
    public async Task Another_version_of_the_contract_is_refused()
    {
        var ledger = await LandAsync(Records);
        var error = await Assert.ThrowsAsync<TerminalException>(() => RunAsync(ledger, Given.UserActions with { Version = 2 }));
        Assert.StartsWith("Publication 9 was planned under user_actions version 1, and this program has user_actions version 2.", error.Message);
    }

    [Fact]
    public async Task Lost_uploads_of_a_committed_publication_are_made_again()
    {
        var ledger = await LandAsync(Records, Records);
        ledger.Refuse = (_, position) => position == 102 ? "23514" : null;
        quarantine.Fault = lake.Fault = (operation, _) => operation == "complete" ? new TransientException("503") : null;
        await RunAsync(ledger);
        quarantine.Fault = lake.Fault = null;
        foreach (var each in await ledger.UnfinishedAsync(9, 1, Stop)) Assert.Equal(ObjectRole.Data, each.Role);
        var expected = ledger.Committed!.Objects.Where(each => each.Role == ObjectRole.Data).ToDictionary(each => each.Staged.Key, each => each.Staged.Sha256);
        lake.LoseUploads();

        using var sealer = new AesGcmSealer(Key);
        var rebuild = new RebuildObject(ledger, ledger, Stores, sealer, new());
        foreach (var lost in await ledger.UnfinishedAsync(9, 100, Stop))
            if (lost.Role == ObjectRole.Data) await rebuild.RunAsync(lost, Given.UserActions, Stop);

        Assert.Empty(await ledger.UnfinishedAsync(9, 100, Stop));
        Assert.Equal(expected, lake.Objects.ToDictionary(each => each.Key, each => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(each.Value))));
        Assert.Empty(lake.PendingKeys.Concat(quarantine.PendingKeys));
    }

    [Fact]
    public async Task Many_small_files_stay_within_the_budget_and_keep_every_row()
    {
        var events = Enumerable.Range(0, 300).Select(i => Given.Event.Replace("view", $"event {i % 40}").Replace("user_1", new string('u', i % 50) + "x"));
        var ledger = await LandAsync([.. events], [.. events]);
        var summary = await RunAsync(ledger, options: new() { RowGroupBytes = 200, BudgetBytes = 4000, MaxOpenFiles = 30 });
        Assert.Equal(600, summary.Counts.Out);
        Assert.Equal(600, ledger.Committed!.Objects.Sum(each => each.Rows));
        Assert.Equal(Enumerable.Range(0, 80).Select(n => $"9-{n}.parquet"), ledger.Committed.Objects.Select(each => each.Staged.Key[(each.Staged.Key.LastIndexOf('/') + 1)..]));
    }

    [Fact]
    public async Task Thousands_of_days_in_one_publication_keep_every_row()
    {
        var days = Enumerable.Range(0, 3000).Select(day => new DateOnly(2015, 1, 1).AddDays(day)).ToList();
        var events = days.SelectMany(day => Enumerable.Repeat(Given.Event.Replace("2023-10-23", day.ToString("yyyy-MM-dd")), 3));
        var ledger = await LandAsync([.. events]);
        var summary = await RunAsync(ledger, options: new() { BudgetBytes = 10_000, MaxOpenFiles = 200 });
        Assert.Equal(9000, summary.Counts.Out);
        Assert.Equal(days.Select(day => (DateOnly?)day), ledger.Committed!.Objects.Select(each => each.DatePartition).Distinct());
        Assert.Equal(9000, ledger.Committed.Objects.Sum(each => each.Rows));
    }

    [Fact]
    public async Task A_file_says_which_values_of_a_bloom_column_it_does_not_have()
    {
        var ledger = await LandAsync(Records);
        await RunAsync(ledger, Given.UserActions with { Lake = Given.UserActions.Lake with { Bloom = ["user_id"] } });
        var file = lake.Objects["user_actions/event_date=2023-10-24/event_name=view/9-2.parquet"];
        var reader = new ParquetReader(new MemoryStream(file));
        var users = reader.BloomFilterOf(0, "user_id")!;
        Assert.Equal((true, false), (users.MayContain("user_1"u8), users.MayContain("user_2"u8)));
        Assert.Null(reader.BloomFilterOf(0, "SKU"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private PublicationStores Stores => new(segments, lake, quarantine);

    private async Task<PublicationSummary> RunAsync(MemoryPublications ledger, DatasetContract? contract = null, LakeOptions? options = null)
    {
        using var sealer = new AesGcmSealer(Key);
        return await new TransformPublication(ledger, ledger, Stores, sealer, options ?? new()).RunAsync(9, contract ?? Given.UserActions, default);
    }

    /// <summary>Lands segments of one shard; segment n begins at position 100 n.</summary>
    private async Task<MemoryPublications> LandAsync(params string[][] values)
    {
        var landed = new List<LandedSegment>();
        foreach (var each in values)
        {
            var first = landed.Count * 100L;
            var key = $"segment-{landed.Count}";
            await segments.PutAsync(key, Given.Segment(each.Select((value, i) => Given.Record(first + i, value))), default);
            landed.Add(new(landed.Count, "user_actions", Given.Shard, new(first, first + Math.Min(100, each.Length)), key, each.Length, 0));
            if (each.Length > 100) landed[^1] = landed[^1] with { Positions = new(first, first + each.Length) };
        }
        return new(new(9, "user_actions", 1, 0), landed);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>Verbs that look: status, validate, segments, Parquet files. What they say is compared with independent readers.</summary>
[Collection(CliRig.Collection)]
public sealed class LookingTests(CliRig rig)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_says_as_json_what_the_api_answers_and_shows_people_a_table()
    {
        var told = await rig.JsonAsync("status");
        var answered = JsonElement.Parse(await rig.App.Http.GetStringAsync("/api/status", Stopping));
        Assert.Equal(Standing(answered), Standing(told));
        Assert.Equal(answered.GetProperty("alerts_open").GetInt64(), told.GetProperty("alerts_open").GetInt64());

        var shown = await rig.RunAsync("status", "--dataset", "clevertap_events");
        Assert.Contains("clevertap_events", shown, StringComparison.Ordinal);
        Assert.Contains($"{rig.Day:yyyy-MM-dd}", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', shown);

        var (code, _, errors) = await rig.App.RunVerbAsync(["status", "--dataset", "nothing"], Stopping);
        Assert.Equal(1, code);
        Assert.Contains("There is no contract of dataset 'nothing'; there are", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await rig.App.RunVerbAsync(["status", "--watch", "--json"], Stopping)).ExitCode);
    }

    // Ages and rates move with the clock, between one question and the next.
    private static string Standing(JsonElement answer)
    {
        var datasets = JsonNode.Parse(answer.GetProperty("datasets").GetRawText())!.AsArray();
        foreach (var dataset in datasets.Select(each => each!.AsObject()))
            foreach (var moving in (string[])["watermark_age_seconds", "rate", "lag"]) Assert.True(dataset.Remove(moving));
        return datasets.ToJsonString();
    }

    [Fact]
    public async Task Validate_lists_every_fault_with_file_line_and_remedy()
    {
        Assert.True((await rig.JsonAsync("validate")).GetProperty("valid").GetBoolean());

        var folder = Directory.CreateTempSubdirectory("pipeline-contracts-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "clicks.yaml"),
            "dataset: clicks\nversion: none\nsource: { kind: kafka, topic: clicks, format: json }\n", Stopping);
        var (code, output, errors) = await rig.App.RunVerbAsync(["validate", folder, "--json"], Stopping);
        Assert.Equal(1, code);
        Assert.NotEqual("", errors);
        var faults = JsonElement.Parse(output).GetProperty("faults").EnumerateArray().ToList();
        Assert.True(faults.Count > 1);
        Assert.Contains(faults, fault => fault.GetProperty("file").GetString() == "clicks.yaml"
            && fault.GetProperty("line").GetInt32() == 2);
        Assert.All(faults, fault => Assert.NotEqual("", fault.GetProperty("remedy").GetString()));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Parquet_schema_and_head_are_what_DuckDB_reads()
    {
        var schema = await rig.JsonAsync("parquet", "schema", rig.LakeFile);
        var described = ParquetReaders.Query(
            $"SELECT name FROM parquet_schema('{rig.LakeFile}') WHERE num_children IS NULL ORDER BY column_id");
        Assert.Equal(described.Select(row => row[0]),
            schema.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.Equal(
            ParquetReaders.Query($"SELECT count(*)::VARCHAR FROM read_parquet('{rig.LakeFile}', hive_partitioning = false)")[0][0],
            schema.GetProperty("rows").ToString());

        var key = Path.GetRelativePath(rig.App.Lake, rig.LakeFile);
        var head = await rig.JsonAsync("parquet", "head", key, "--columns", "object_id,event_time", "--limit", "5");
        var rows = ParquetReaders.Query(
            $"""
            SELECT object_id, strftime(make_timestamp(epoch_us(event_time)), '%Y-%m-%dT%H:%M:%S.%f') || 'Z'
            FROM read_parquet('{rig.LakeFile}', hive_partitioning = false) LIMIT 5
            """);
        Assert.Equal(
            rows.Select(row => string.Join('|', row)),
            head.EnumerateArray().Select(row => $"{row.GetProperty("object_id")}|{row.GetProperty("event_time")}"));
    }

    [Fact]
    public async Task Parquet_stats_are_what_DuckDB_reads()
    {
        var columns = (await rig.JsonAsync("parquet", "stats", rig.LakeFile))[0].GetProperty("columns").EnumerateArray().ToList();
        var expected = ParquetReaders.Query(
            $"""
            SELECT path_in_schema, num_values::VARCHAR, total_compressed_size::VARCHAR, total_uncompressed_size::VARCHAR, stats_null_count::VARCHAR,
                CASE WHEN type = 'BYTE_ARRAY' THEN stats_min_value END, (bloom_filter_offset IS NOT NULL)::VARCHAR
            FROM parquet_metadata('{rig.LakeFile}') WHERE row_group_id = 0 ORDER BY column_id
            """);
        Assert.Equal(
            expected.Select(row => string.Join('|', row[0], row[1], row[2], row[3], row[4], row[5], row[6])),
            columns.Select(column => string.Join(
                '|', column.GetProperty("name"), column.GetProperty("values"), column.GetProperty("stored_bytes"),
                column.GetProperty("plain_bytes"),
                column.GetProperty("nulls"), column.GetProperty("type").GetString() == "ByteArray" ? column.GetProperty("least").ToString()
                    : "",
                column.GetProperty("bloom").GetBoolean() ? "true" : "false")));
    }

    [Fact]
    public async Task Verbs_on_files_need_no_settings_and_say_what_is_wrong_with_a_file()
    {
        using var bare = new BareProgram();
        var (code, output, _) = await bare.RunAsync("parquet", "schema", rig.LakeFile, "--json");
        Assert.Equal(0, code);
        Assert.True(JsonElement.Parse(output).GetProperty("rows").GetInt64() > 0);

        var text = Path.Combine(bare.Home, "note.txt");
        await File.WriteAllTextAsync(text, "this is a note and no table", Stopping);
        var refused = await bare.RunAsync("parquet", "stats", text);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("does not end as a Parquet file does", refused.Errors, StringComparison.Ordinal);
        var missing = await bare.RunAsync("parquet", "head", "clevertap_events/nowhere.parquet");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("set Lake:Root", missing.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await bare.RunAsync("parquet", "head", text, "--limit", "0")).ExitCode);
    }

    [Theory]
    [InlineData("parquet", "head")]
    [InlineData("parquet", "schema")]
    [InlineData("parquet", "stats")]
    [InlineData("segment", "cat", "--reason", "ticket 4711")]
    public async Task A_file_that_may_not_be_read_is_named(params string[] verb)
    {
        using var bare = new BareProgram();
        var path = Path.Combine(bare.Home, "held");
        await using var held = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var (code, _, errors) = await bare.RunAsync([.. verb[..2], path, .. verb[2..]]);
        Assert.Equal(1, code);
        Assert.StartsWith($"The file '{path}' cannot be opened: ", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_of_the_wrong_kind_is_named()
    {
        using var app = new FunctionApp(rig.App.Database, "127.0.0.1:9", ("S3__PathStyle", "maybe"), ("Publish__MaxParallel", "abc"));
        string[] plan = ["plan", "--dataset", "clicks", "--from", "2026-11-01", "--to", "2026-11-01"];
        foreach (var (verb, setting) in ((string[], string)[])
            [(["parquet", "head", "clicks/none.parquet"], "'S3:PathStyle'"), (plan, "'Publish:MaxParallel'")])
        {
            var (code, _, errors) = await app.RunVerbAsync(verb, Stopping);
            Assert.Equal(1, code);
            var sentence = Assert.Single(errors.TrimEnd().Split('\n'));
            Assert.Contains(setting, sentence, StringComparison.Ordinal);
            Assert.EndsWith("Write a value of the setting's kind.", sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Records_of_a_segment_are_read_as_they_came_for_a_reason_that_is_recorded()
    {
        var listed = (await rig.JsonAsync("segment", "list", "--dataset", "clevertap_events", "--limit", "1"))[0];
        var key = listed.GetProperty("key").GetString()!;
        Assert.Equal(2, (await rig.App.RunVerbAsync(["segment", "cat", key], Stopping)).ExitCode);

        var lines = (await rig.RunAsync("segment", "cat", key, "--limit", "0", "--json", "--reason", "ticket 4711"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(listed.GetProperty("records").GetInt32(), lines.Length);
        var raw = await rig.RunAsync("segment", "cat", key, "--limit", "1", "--raw", "--reason", "ticket 4711");
        Assert.Equal(JsonElement.Parse(lines[0]).GetProperty("value").GetString() + "\n", raw);
        Assert.Equal(["read_segment|ticket 4711", "read_segment|ticket 4711"],
            await rig.Rig.SqlAsync("SELECT action, reason FROM pipeline.audit"));

        using var bare = new BareProgram();
        var unrecorded = await bare.RunAsync("segment", "cat", Path.Combine(rig.App.Segments, key), "--limit", "1", "--raw", "--reason",
            "at home");
        Assert.Equal((0, raw), (unrecorded.ExitCode, unrecorded.Output));
        Assert.Contains("this look is not recorded", unrecorded.Errors, StringComparison.Ordinal);
    }
}

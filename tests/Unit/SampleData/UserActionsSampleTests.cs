using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Unit.Contracts;

namespace Pipeline.Tests.Unit.SampleData;

/// <summary>The sample file, what is expected of it and the page that explains it say the same.</summary>
public sealed partial class UserActionsSampleTests
{
    private static readonly byte[][] Records = Lines(File.ReadAllBytes(Path("user_actions.ndjson")));
    private static readonly Verdict[] Verdicts = [.. Records.Select(SampleJudge.Judge)];
    private static readonly JsonElement Expected = JsonDocument.Parse(File.ReadAllBytes(Path("expected.json"))).RootElement;
    private static readonly JsonElement Totals = Expected.GetProperty("totals");

    [Fact]
    public void Every_line_is_what_is_expected_of_it()
    {
        var lines = Expected.GetProperty("lines").EnumerateArray().ToList();
        Assert.Equal(Records.Length, lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            var field = lines[i].TryGetProperty("field", out var named) ? named.GetString() : "";
            var purpose = lines[i].GetProperty("purpose").GetString();
            Assert.Equal(i + 1, lines[i].GetProperty("line").GetInt32());
            Assert.Equal(
                $"line {i + 1}, {purpose}: {lines[i].GetProperty("verdict").GetString()} {field}",
                $"line {i + 1}, {purpose}: {Verdicts[i].Code} {Verdicts[i].Field}");
        }
    }

    [Fact]
    public void The_totals_are_the_sums_of_the_lines()
    {
        Assert.Equal(Records.Length, Totals.GetProperty("records").GetInt32());
        Assert.Equal(Rows().Count, Totals.GetProperty("accepted").GetInt32());
        Assert.Equal(Records.Length - Rows().Count, Totals.GetProperty("rejected").GetInt32());
        Assert.Equal(
            Verdicts.Where(verdict => verdict.Row is null).CountBy(verdict => $"{verdict.Code} {verdict.Field}").Order(Keyed),
            Totals.GetProperty("rejections").EnumerateArray().Select(total => Counted(total, "records", "code", "field")).Order(Keyed));
    }

    [Fact]
    public void The_rows_lie_in_the_folders_and_the_table_that_the_totals_name()
    {
        Assert.Equal(
            Rows().CountBy(row => row.EventTime.ToString("yyyy-MM-dd")).Order(Keyed),
            Totals.GetProperty("date_partitions").EnumerateArray().Select(total => Counted(total, "rows", "date")).Order(Keyed));
        Assert.Equal(
            Rows().CountBy(row => $"{row.EventTime:yyyy-MM-dd} {row.EventName}").Order(Keyed),
            Totals.GetProperty("lake_folders").EnumerateArray()
                .Select(total => Counted(total, "rows", "event_date", "event_name")).Order(Keyed));
        Assert.Equal(Rows().DistinctBy(row => (row.UserId, row.Sku)).Count(), Totals.GetProperty("table_rows").GetInt32());
    }

    [Fact]
    public void Every_refusal_a_file_of_this_size_can_hold_is_in_it()
    {
        var elsewhere = new[] { "no_value", "too_large", "table_refused", "envelope", "outside_slice", "slice_withheld", "filtered" }
            .Concat(["bad_address", "ragged_row", "bad_quote", "several_records", "damaged_file", "damaged_block", "malformed_avro"])
            .Concat(["unknown_schema", "schema_mismatch"]);
        var codes = Enum.GetNames<RejectionCode>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Except(elsewhere);
        Assert.Empty(codes.Except(Verdicts.Select(verdict => verdict.Code)));
    }

    [Fact]
    public void Three_days_several_platforms_and_both_kinds_of_tie_are_in_it()
    {
        Assert.Equal(3, Rows().DistinctBy(row => row.EventTime.Date).Count());
        Assert.Subset(Rows().Select(row => row.Platform).ToHashSet(), new HashSet<string> { "web", "ios", "android", "tv" });
        var ties = Rows().GroupBy(row => (row.UserId, row.Sku, row.EventTime)).Where(same => same.Count() > 1).ToList();
        Assert.Contains(ties, tie => tie.Select(row => row.EventName).Distinct().Count() > 1);
        Assert.Contains(ties, tie => tie.Distinct().Count() == 1);
    }

    [Fact]
    public void The_page_explains_every_line_once()
    {
        var page = File.ReadAllText(Path("README.md"));
        var next = 1;
        foreach (Match row in Ranges().Matches(page))
        {
            Assert.Equal(next, int.Parse(row.Groups[1].Value));
            next = int.Parse(row.Groups[2].Value) + 1;
        }
        Assert.Equal(Records.Length + 1, next);
        Assert.Contains($"{Records.Length} records, one a line: {Rows().Count} good ones and {Records.Length - Rows().Count} that", page);
    }

    private static List<SampleRow> Rows() => [.. Verdicts.Select(verdict => verdict.Row).OfType<SampleRow>()];

    private static Comparer<KeyValuePair<string, int>> Keyed =>
        Comparer<KeyValuePair<string, int>>.Create((left, right) => string.CompareOrdinal(left.Key, right.Key));

    private static KeyValuePair<string, int> Counted(JsonElement total, string count, params string[] names) =>
        new(string.Join(' ', names.Select(name => total.GetProperty(name).GetString())), total.GetProperty(count).GetInt32());

    private static string Path(string file) => Given.Repository("sample-data", "user-actions", file);

    private static byte[][] Lines(byte[] file)
    {
        Assert.Equal((byte)'\n', file[^1]);
        var lines = new List<byte[]>();
        foreach (var range in file.AsSpan(0, file.Length - 1).Split((byte)'\n')) lines.Add(file[range]);
        return [.. lines];
    }

    [GeneratedRegex(@"^\| ([0-9]+)-([0-9]+) \|", RegexOptions.Multiline)] private static partial Regex Ranges();
}

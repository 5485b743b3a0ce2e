using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Unit.Contracts;
using Pipeline.Tests.Unit.Transforms;
using Pipeline.Transforms;
using Pipeline.Transforms.Masking;

namespace Pipeline.Tests.Unit.SampleData;

/// <summary>The logins of the sample, what is expected of them, and what the decoder and the masks make of them.</summary>
public sealed class LoginsSampleTests
{
    private static readonly string[] Messages = File.ReadAllLines(PathOf("user_logins.ndjson"));
    private static readonly JsonElement Expected = JsonDocument.Parse(File.ReadAllBytes(PathOf("expected.json"))).RootElement;

    private static readonly DatasetContract Contract =
        ContractReader.ReadFolder(Tests.Unit.Contracts.Given.Repository("functions", "datasets")).Find("user_logins")!;

    private readonly RecordBatch rows = RecordBatches.For(Contract);
    private readonly RejectionList refused = [];

    public LoginsSampleTests()
    {
        using var decoder = BlockDecoders.For(Contract);
        using var block = Transforms.Given.Block(Messages.Select((message, i) => Transforms.Given.Record(i + 1, message)));
        rows.Shard = ShardNames.Sqs("user-logins");
        decoder.Decode(block, rows, refused, new());
    }

    [Fact]
    public void Every_message_ends_where_it_is_expected()
    {
        Assert.Equal((Expected.GetProperty("records").GetInt32(), Expected.GetProperty("accepted").GetInt32()), (Messages.Length, rows.Rows));
        Assert.Equal(
            Pairs("poison_lines").OrderBy(each => int.Parse(each.Key)),
            refused.OrderBy(each => each.Position).Select(each => KeyValuePair.Create($"{each.Position}", (string?)each.Code.Text())));
        Assert.Equal(Pairs("refusals"), refused.CountBy(each => each.Code.Text()).OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => KeyValuePair.Create(each.Key, (string?)$"{each.Value}")));
        Assert.Equal(Expected.GetProperty("refused").GetInt32(), refused.Count);
    }

    [Fact]
    public void Rows_lie_in_the_days_and_keys_that_are_expected()
    {
        var days = Values("create_date").CountBy(day => DateOnly.FromDayNumber(int.Parse(day!) + 719_162).ToString("O"));
        Assert.Equal(Pairs("date_partitions"), days.OrderBy(each => each.Key).Select(each => KeyValuePair.Create(each.Key, (string?)$"{each.Value}")));
        Assert.Equal(Expected.GetProperty("table_rows").GetInt32(), Values("login_id").Distinct().Count());

        var newest = Expected.GetProperty("newest");
        var ofLogin = Enumerable.Range(0, rows.Rows).Where(row => Value(rows, "login_id", row) == newest.GetProperty("login_id").GetString());
        Assert.Equal(newest.GetProperty("app_version").GetString(), Value(rows, "app_version", ofLogin.MaxBy(row => long.Parse(Value(rows, "login_at", row)!))));
    }

    [Fact]
    public void Networks_are_what_is_expected_and_pseudonyms_turn_back()
    {
        var keys = new MaskKeys([new(1, new byte[MaskKeys.SecretBytes], DateTimeOffset.MinValue)], TimeSpan.FromDays(8));
        using var mask = BatchMask.Of(Contract, keys)!;
        var masked = mask.Apply(rows);
        foreach (var (login, network) in Pairs("networks"))
        {
            var row = Enumerable.Range(0, rows.Rows).First(row => Value(rows, "login_id", row) == login);
            Assert.Equal(network, Value(masked, "ip_network", row));
            Assert.Equal(Value(rows, "ip", row), Value(masked, "ip", row) is { } pseudonym ? keys.Unmask(pseudonym, "ip") : null);
        }
    }

    private static string PathOf(string file) => Tests.Unit.Contracts.Given.Repository("sample-data", "logins", file);

    private static List<KeyValuePair<string, string?>> Pairs(string name) =>
        [.. Expected.GetProperty(name).EnumerateObject().Select(each => KeyValuePair.Create(
            each.Name, each.Value.ValueKind == JsonValueKind.Null ? null : (string?)each.Value.ToString()))];

    private IEnumerable<string?> Values(string column) => Enumerable.Range(0, rows.Rows).Select(row => Value(rows, column, row));

    private static string? Value(RecordBatch batch, string column, int row) => ColumnText.Of(batch.Columns[Contract.IndexOf(column)], row);
}

using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class ContractReaderTests
{
    [Fact]
    public void Every_key_reaches_the_contract()
    {
        var contract = Given.Valid(Given.Contract);

        Assert.Equal(("orders", 3), (contract.Dataset, contract.Version));
        Assert.Equal(new SourceSpec(SourceKind.Kafka, "shop.orders", RecordFormat.Json, "Europe/Berlin"), contract.Source);
        Assert.Equal(["ordered_at", "day", "id", "amount", "raw", "share", "count"], contract.Columns.Select(column => column.Name));
        Assert.Equal(new ColumnType(ColumnKind.Decimal, 18, 4), contract.Columns[3].Type);
        Assert.Equal(["id", "order.id"], contract.Columns[2].From);
        Assert.Equal(36, contract.Columns[2].MaxLength);
        Assert.Equal(new Derivation(DerivationKind.Date, "ordered_at"), contract.Columns[1].Derive);
        Assert.Equal([true, true, true, false, false, false, false], contract.Columns.Select(column => column.Required));
        Assert.Equal(["day"], contract.Lake.PartitionBy);
        Assert.Equal(["ordered_at"], contract.Lake.SortBy);
        Assert.Equal(LakeCodec.Snappy, contract.Lake.Codec);
        Assert.Equal(("latest_orders", "ordered_at"), (contract.Table!.Name, contract.Table.NewerBy));
        Assert.Equal(["id", "day"], contract.Table.Key);
        Assert.Equal(new RecordLimits(2048, 8), contract.Limits);
    }

    [Fact]
    public void What_may_be_left_out_has_a_default()
    {
        var contract = Given.Valid(
            """
            dataset: orders
            version: 1
            source: { kind: kafka, topic: orders, format: json }
            columns: [{ name: id, type: string, from: id }]
            lake: {}
            """);

        Assert.Null(contract.Source.TimeZone);
        Assert.Null(contract.Table);
        Assert.Equal(new RecordLimits(1024 * 1024, 64), contract.Limits);
        Assert.Empty(contract.Lake.PartitionBy);
        Assert.Empty(contract.Lake.SortBy);
        Assert.Equal(LakeCodec.Zstd, contract.Lake.Codec);
        Assert.Equal(("", "", ""), (contract.Description, contract.Owner, contract.Columns[0].Description));
        Assert.False(contract.Columns[0].Required);
    }

    [Fact]
    public void Descriptions_and_the_owner_are_kept_for_people()
    {
        var contract = Given.Valid(Given.With("version: 3", "version: 3\ndescription: >\n  Orders of\n  the shop.\nowner: Sales")
            .Replace("from: share", "from: share, description: Part of it."));

        Assert.Equal(("Orders of the shop.", "Sales"), (contract.Description, contract.Owner));
        Assert.Equal("Part of it.", contract.Columns[5].Description);
    }

    [Fact]
    public void A_byte_order_mark_windows_line_ends_and_comments_are_no_fault() =>
        Assert.Equal("orders", Given.Valid("\uFEFF# ours\r\n" + Given.Contract.ReplaceLineEndings("\r\n")).Dataset);

    [Fact]
    public void All_faults_of_a_file_come_at_once_in_line_order()
    {
        var faults = Given.FaultsOf(
            """
            dataset: orders
            version: 0
            source: { kind: kafka, topik: orders, format: json }
            columns:
              - { name: x, type: strng, from: a }
              - { name: y, type: date, derive: date(z) }
            lake: { partition_by: [w], codec: zst }
            """);

        Assert.Equal(
            [
                "orders.yaml:2:10: 'version' of the contract is '0'; write a whole number from 1 to 2147483647, without quotes",
                "orders.yaml:3:9: source has no 'topic'; add topic: and the Kafka topic's name",
                "orders.yaml:3:24: 'topik' is no key of source; write 'topic'; the keys are kind, topic, format, time_zone, csv, avro",
                "orders.yaml:5:22: column 'x' has type 'strng'; write 'string'; "
                    + "the types are string, int64, float64, decimal(p,s), bool, timestamp, date, json",
                "orders.yaml:6:36: 'derive' of column 'y' names 'z', which is no column of this contract; write 'x'; the columns are x, y",
                "orders.yaml:7:24: 'partition_by' of lake names 'w', which is no column of this contract; write 'x'; the columns are x, y",
                "orders.yaml:7:35: 'codec' of lake is 'zst', which is no codec; write 'zstd'; the codecs are zstd, snappy, gzip, none",
            ],
            faults);
    }

    [Fact]
    public void A_fault_of_a_name_does_not_repeat_where_others_use_it() =>
        Assert.Single(Given.FaultsOf(Given.Contract.Replace("ordered_at", "ordered-at")));

    [Fact]
    public void Whatever_the_bytes_are_the_reader_answers()
    {
        var random = new Random(20_260_321);
        const string Special = "{}[],:&*!|>'\"%@`#-? \t\n\r\0\u0085\u2028\uD83D~<.0";
        var rounds = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 200_000 : 500;
        for (var round = 0; round < rounds; round++)
        {
            var text = Given.Contract.ToCharArray().ToList();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(text.Count);
                if (random.Next(3) == 0) text.RemoveRange(at, Math.Min(random.Next(1, 40), text.Count - at));
                else text.Insert(at, Special[random.Next(Special.Length)]);
            }
            var written = string.Concat(text);
            var reading = ContractReader.Read(written, "orders.yaml");
            Assert.True(reading.Contract is null == reading.Faults.Count > 0, written);
            Assert.All(reading.Faults, fault => Assert.True(fault.Message.Length > 0 && fault.Remedy.Length > 0, written));
        }
    }
}

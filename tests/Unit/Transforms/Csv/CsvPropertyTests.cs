using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Tests.Unit.Transforms.Files;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms.Csv;

public sealed class CsvPropertyTests
{
    private const int Seed = 42;

    private static readonly DatasetContract Contract = GivenFiles.Csv(
        Given.Contract(
            new("ts", new(ColumnKind.Timestamp), ["ts"]), new("s", new(ColumnKind.String), ["s"], Required: true, MaxLength: 8),
            new("i", new(ColumnKind.Int64), ["i"]), new("d", new(ColumnKind.Decimal, 9, 3), ["d"]), new("f", new(ColumnKind.Float64), ["f"]),
            new("b", new(ColumnKind.Bool), ["b"]), new("j", new(ColumnKind.Json), ["j"]), new("x", new(ColumnKind.String), ["old.x", "x"])) with
            { Limits = new(MaxRecordBytes: 160, MaxDepth: 4) },
        ["i", "s", "ts", "d", "unread", "f", "b", "j", "x"], nulls: ["", "NULL", "\\N"]);

    private static readonly string[][] Values =
    [
        ["0", "12", "-7", "9223372036854775807", "9223372036854775808", "1.0", "007", "+1", "", "NULL", "1234567890123456789", "-0"],
        ["abc", "x", "ümlaut€", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\"\"", "", "longer than eight", "NULL", "\"NULL\"", "\0", "\"\0\""],
        ["2023-10-23T12:34:56Z", "2023-10-23 12:34:56Z", "2023-10-23 12:34:56", "2023-13-01T00:00:00Z", "\"2024-02-29T00:00:00Z\"", "", "yesterday"],
        ["1.5", "-0.001", "1.2345", "123456.789", "1234567.000", "\\N", "12", "\"3.250\"", ".5", "5.", "1e3"],
        ["", "whatever", "\"what\r\never\"", "a b"],
        ["1e5", "-2.5E-3", "1e999", "0.1", "", "nan", "\"17\""],
        ["true", "FALSE", "1", "0", "True", "yes", "", "\"false\""],
        ["\"{\"\"k\"\":[1,{}]}\"", "[1]", "12", "null", "{\"\"}", "\"[[[[[1]]]]]\"", "\"{\"\"a\"\":1,\"\"a\"\":2}\"", "", "\"\"\"\\u0000\"\"\"", "{", "\"{\"\"a\"\":tru\""],
        ["", "plain", "\"q\"", "\\N", "Ünïcode 😀 text that is rather long for one field"],
    ];

    private static readonly string[] Breaks = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n"];

    private static readonly string[] Pieces =
    [
        "\"", "\"", ",", "\n", "\r", "\"\"", "\",\"", "é", "\uFEFF", "\0", "NULL", "\"\n", "x", " ", ";", new('y', 170), new('z', 2600),
    ];

    [Fact]
    public void Mutated_files_cut_anywhere_get_the_verdicts_and_values_of_a_plain_reader()
    {
        var random = new Random(Seed);
        var files = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 125_000 : 5_000;
        var (rows, accepted) = (0, 0);
        for (var i = 0; i < files; i++)
        {
            var contract = Contract with { Limits = Contract.Limits with { MaxRecordBytes = random.Next(3) == 0 ? random.Next(1, 300) : 160 } };
            var file = File(random, rows: 40, faults: random.Next(0, 30));
            var expected = CsvOracle.Read(contract, file);
            var chunkBytes = random.Next(4) == 0 ? 1 << 20 : random.Next(1, 600);
            var decoded = GivenFiles.Decode(contract, new DribblingStream(file, random, most: random.Next(1, 5_000)), chunkBytes);
            rows += expected.Count;
            accepted += Compare(contract, file, expected, decoded);
        }
        Assert.InRange(accepted, rows / 10, rows * 9 / 10);      // both verdicts are at work
        Assert.InRange(rows, files * 40 / 2, int.MaxValue);
    }

    [Fact]
    public void Messages_get_the_verdicts_of_the_same_reader()
    {
        var random = new Random(Seed);
        var contract = Contract with { Source = new(SourceKind.Kafka, "clicks", RecordFormat.Csv) { Csv = Contract.Source.Csv } };
        var messages = Enumerable.Range(0, 40_000).Select(_ => File(random, rows: 1, faults: random.Next(0, 3))).ToList();
        var decoded = GivenFiles.DecodeMessages(contract, messages);
        var refused = decoded.Rejections.ToDictionary(each => each.Position);
        var row = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            var (expected, isRefused) = (CsvOracle.Read(Contract, messages[i]), refused.TryGetValue(i, out var rejection));
            var isOne = expected is [{ Code: null }] && messages[i].Length <= Contract.Limits.MaxRecordBytes;
            Assert.True(isOne != isRefused, Text(messages[i]));
            if (isOne) Assert.Equal(expected[0].Values, Contract.Columns.Select(column => decoded[column.Name, row]));
            else if (expected.Count == 1 && messages[i].Length <= Contract.Limits.MaxRecordBytes)
                Assert.Equal((expected[0].Code, expected[0].Field), (rejection.Code, rejection.Field));
            if (isOne) row++;
        }
        Assert.Equal((messages.Count, row), (decoded.Records, decoded.Batch.Rows));
    }

    [Fact]
    public void A_record_that_is_accepted_allocates_nothing()
    {
        var lines = string.Concat(Enumerable.Range(0, 5_000).Select(i =>
            $"{i},\"v\"\"{i % 100}\"\"\",2023-10-23T12:34:56Z,{i}.5,u,1e{i % 9},true,\"{{\"\"k\"\":{i}}}\",text {i % 7}\n"));
        var chunk = Assert.Single(GivenFiles.Cut(Contract, new MemoryStream(Encoding.UTF8.GetBytes(lines))));
        var block = Given.Block(new Domain.Segments.RawRecord(0, 0, chunk.Header, true, chunk.Value, true));
        using var decoder = BlockDecoders.For(Contract);
        var (batch, rejections, unknown) = (RecordBatches.For(Contract), new RejectionList(), new UnknownFieldCounter());
        batch.Shard = ShardNames.Files("drop");
        decoder.Decode(block, batch, rejections, unknown);

        var allocated = Allocations.OfPass(() =>
        {
            batch.Clear();
            decoder.Decode(block, batch, rejections, unknown);
        });

        Assert.Equal((5_000, 0), (batch.Rows, rejections.Count));
        Assert.InRange(allocated, 0, 1_000);
    }

    /// <returns>Rows that were accepted.</returns>
    private static int Compare(DatasetContract contract, byte[] file, List<CsvOracle.Row> expected, Decoded decoded)
    {
        var refused = decoded.Rejections.ToDictionary(each => each.Position - (GivenFiles.FileNumber << 40));
        var row = 0;
        foreach (var each in expected)
        {
            var bytes = file[each.Start..each.End];
            // A line much larger than a record comes in pieces: the first is where the line is, the others say whose rest they are.
            if (each.Code == Domain.Publications.RejectionCode.TooLarge && bytes.Length > contract.Limits.MaxRecordBytes * 16)
                bytes = bytes[..(contract.Limits.MaxRecordBytes * 16 + 1)];
            if (refused.Remove(each.Start, out var rejection))
            {
                Assert.True((each.Code, each.Field) == (rejection.Code, rejection.Field), Told(file, each, $"{rejection.Code} {rejection.Field}"));
                Assert.Equal(Text(bytes), Text(rejection.Record.ToArray()).TrimEnd('\r', '\n'));
                continue;
            }
            var values = contract.Columns.Select(column => row < decoded.Batch.Rows ? decoded[column.Name, row] : "none").ToArray();
            Assert.True(each.Code is null && values.SequenceEqual(each.Values), Told(file, each, string.Join('|', values)));
            Assert.Equal((GivenFiles.FileNumber << 40) + each.Start, decoded.Batch.Positions.Values[row++]);
        }
        Assert.Equal(row, decoded.Batch.Rows);
        Assert.All(refused.Values, each => Assert.Contains("goes on with a record", each.Message));
        Assert.Equal(decoded.Records, decoded.Batch.Rows + decoded.Rejections.Count);
        return row;
    }

    private static byte[] File(Random random, int rows, int faults)
    {
        var text = new StringBuilder();
        for (var row = 0; row < rows; row++)
        {
            // Mostly the first, good values: a row of many kinds of fields is seldom good by chance.
            text.AppendJoin(',', Values.Select(values => values[random.Next(random.Next(6) == 0 ? values.Length : 2)]));
            text.Append(Breaks[random.Next(Breaks.Length)]);
        }
        var file = new List<byte>(Encoding.UTF8.GetBytes(text.ToString()));
        for (; faults > 0; faults--)
        {
            var at = random.Next(file.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < file.Count: file[at] = (byte)random.Next(256); break;
                case 1: file.RemoveRange(at, Math.Min(random.Next(12), file.Count - at)); break;
                case 2: file.InsertRange(at, file.GetRange(at, Math.Min(random.Next(20), file.Count - at))); break;
                case 3 when random.Next(20) == 0: file.RemoveRange(at, file.Count - at); break;
                default: file.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length - (random.Next(20) == 0 ? 0 : 2))])); break;
            }
        }
        if (file is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0x1F, 0x8B, 8, ..]) file.Insert(0, (byte)'0');
        return [.. file];
    }

    private static string Told(byte[] file, CsvOracle.Row each, string decoded) =>
        $"Seed {Seed}: {Text(file[each.Start..each.End])}\nat {each.Start} expected {each.Code} {each.Field} {string.Join('|', each.Values)}\n"
        + $"decoded {decoded}\n{Text(file)}";

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}

using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class JsonDecoderPropertyTests
{
    private static readonly DatasetContract Contract = Given.Contract(
        new("ts", new(ColumnKind.Timestamp), ["ts"]), new("s", new(ColumnKind.String), ["s"], Required: true, MaxLength: 8),
        new("i", new(ColumnKind.Int64), ["i"]), new("d", new(ColumnKind.Decimal, 9, 3), ["d"]), new("f", new(ColumnKind.Float64), ["f"]),
        new("b", new(ColumnKind.Bool), ["b"]), new("j", new(ColumnKind.Json), ["j"]), new("x", new(ColumnKind.String), ["o.x", "ox"])) with
        { Limits = new(MaxDepth: 5) };

    private static readonly string[] Seeds =
    [
        """{"ts":"2023-10-23T12:34:56.123Z","s":"abc","i":12,"d":1.5,"f":-2.5e3,"b":true,"j":{"k":[1,{"l":null}]},"o":{"x":"y"}}""",
        """{ "o" : { "x" : null, "z": [ [ [ ] ] ] }, "ox":"alt", "s":"\u00e9\ud83d\ude00\n", "d":"12.5", "ts":"2023-10-23 12:34:56+02:00" }""",
        """{"s":"","unknown":{"a":"\\\"","b":[true,false,null]},"i":-9223372036854775808,"j":"text","f":1e308,"ox":"x"}""",
        """{"j":1.50,"s":"ümlaut€😀","d":100000e-5,"o":{},"b":false,"i":0,"\u0073x":1}""",
    ];

    private static readonly string[] Pieces =
    [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "true", "1", "0", "-", ".", "e5", "E-2", "\\u0000", "\\ud83d", "\\ude00", "\\n", "\\u0041", "\"s\":",
        "\"s\":\"q\",", "{\"x\":1}", "[[[[[", " ", "\n", "\t", "é", "😀", "1e400", "99999999999999999999", "Z", "\"o\":null,", "\u0000", "\u001f", "\uFEFF", "2024-02-29",
    ];

    // The shipped dataset's columns as they are read; the derived one has no field of its own.
    private static readonly DatasetContract Events = Given.Contract([.. Given.UserActions.Columns.Where(column => column.Derive is null)]);

    [Fact]
    public void Mutated_records_get_the_verdicts_and_values_of_an_independent_reader() =>
        CompareMutated(Contract, random => Mutated(Seeds[random.Next(Seeds.Length)], random, faults: random.Next(0, 4)));

    // Most match a shape that is known and some break it anywhere: in a key, in a value, at the record's end.
    [Fact]
    public void Events_of_a_few_shapes_with_a_fault_here_and_there_get_the_verdicts_of_an_independent_reader() =>
        CompareMutated(Events, random => Mutated(Event(random), random, faults: random.Next(3) == 0 ? 1 : 0));

    private static string Event(Random random)
    {
        var name = random.Next(4) switch { 0 => "\"name\":null,", 1 => "", 2 => "\"name\":\"Dück\\n\",", _ => $"\"name\":\"Dock {random.Next(50)}\"," };
        var extra = random.Next(8) == 0 ? ",\"page\":{\"depth\":" + random.Next(1000) + ",\"ok\":true}" : "";
        return $$$"""{"timestamp":"2023-10-{{{random.Next(1, 32):D2}}}T12:34:{{{random.Next(60):D2}}}Z","event_name":"view{{{random.Next(9)}}}","""
            + $$$"""
            "user_identifiers":{"platform":"web","id":"user_{{{random.Next(100_000)}}}"},"product_information":{{{{name}}}"SKU":"SKU-{{{random.Next(5000)}}}"}{{{extra}}}}
            """;
    }

    private static void CompareMutated(DatasetContract contract, Func<Random, byte[]> next)
    {
        const int seed = 42;
        var random = new Random(seed);
        var batches = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 500 : 10;
        for (var batch = 0; batch < batches; batch++)
        {
            var records = Enumerable.Range(0, 20_000).Select(_ => next(random)).ToArray();
            var decoded = Given.Decode(contract, records);
            var rejections = decoded.Rejections.ToDictionary(each => each.Position);
            var row = 0;
            for (var i = 0; i < records.Length; i++)
            {
                if (rejections.TryGetValue(i, out var refused)) Compare(contract, records[i], refused.Code, refused.Field, [], seed);
                else Compare(contract, records[i], null, "", [.. contract.Columns.Select(column => decoded[column.Name, row])], seed);
                if (refused.Message is null) row++;
            }
            Assert.Equal(row, decoded.Batch.Rows);
            Assert.InRange(row, records.Length / 10, records.Length - 1);      // both verdicts are at work
        }
    }

    [Fact]
    public void A_record_that_is_accepted_allocates_nothing()
    {
        var block = Given.Block(Enumerable.Range(0, 5_000).Select(i => Given.Record(i, Seeds[i % 4].Replace("abc", $"{i}"))));
        var decoder = new JsonDecoder(JsonDecodePlan.Compile(Contract));
        var (batch, rejections, unknown) = (RecordBatches.For(Contract), new RejectionList(), new UnknownFieldCounter());
        decoder.Decode(block, batch, rejections, unknown);

        var allocated = Allocations.OfPass(() =>
        {
            batch.Clear();
            decoder.Decode(block, batch, rejections, unknown);
        });

        Assert.Equal((5_000, 0), (batch.Rows, rejections.Count));
        Assert.InRange(allocated, 0, 1_000);
    }

    private static void Compare(DatasetContract contract, byte[] record, RejectionCode? code, string field, string?[] values, int seed)
    {
        var expected = JsonOracle.Judge(contract, record);
        var text = Encoding.UTF8.GetString(record);
        // Both report the first fault, but half a pair is seen at its place by one and at its text's end by the other.
        if (code == RejectionCode.BadUtf8 && expected.Code != code && JsonOracle.HasHalfPair(text)) return;
        if (code != expected.Code || (code is not RejectionCode.DuplicateKey && field != expected.Field) || !values.SequenceEqual(expected.Values))
            Assert.Fail($"Seed {seed}: {Convert.ToHexString(record)}\n{text}\nexpected {expected.Code} {expected.Field} {string.Join('|', expected.Values)}\n"
                + $"decoded  {code} {field} {string.Join('|', values)}");
    }

    private static byte[] Mutated(string seed, Random random, int faults)
    {
        var record = new List<byte>(Encoding.UTF8.GetBytes(seed));
        for (var i = faults; i > 0; i--)
        {
            var at = random.Next(record.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < record.Count: record[at] = (byte)random.Next(256); break;
                case 1 when at < record.Count: record[at] ^= (byte)(1 << random.Next(7)); break;
                case 2: record.RemoveRange(at, Math.Min(random.Next(12), record.Count - at)); break;
                case 3: record.RemoveRange(at, record.Count - at); break;
                case 4: record.InsertRange(at, record.GetRange(at, Math.Min(random.Next(20), record.Count - at))); break;
                default: record.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)])); break;
            }
        }
        return [.. record];
    }
}

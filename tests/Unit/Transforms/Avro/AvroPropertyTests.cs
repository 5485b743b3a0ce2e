using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Any record of any schema is read as it was written; any damage ends in rows, refusals, and never otherwise.</summary>
public sealed class AvroPropertyTests
{
    private const int Seed = 42;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 25 : 1;

    [Fact]
    public void Any_record_becomes_the_json_it_stands_for()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 1_000 * Rounds; round++)
        {
            var records = new RandomRecords(random);
            var schema = records.Record(4);
            var names = schema["fields"]!.AsArray().Select(field => field!["name"]!.GetValue<string>()).ToList();
            var contract = GivenAvro.Contract(new(null),
                [new("whole", new(ColumnKind.Json), ["."]), .. names.Select(name => new ColumnSpec(name, new(ColumnKind.Json), [name]))]);
            var (data, expected) = (new List<AvroBytes>(), new List<JsonNode?>());
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                data.Add(new());
                expected.Add(records.Write(schema, data[^1]));
            }
            foreach (var decoded in Both(contract, schema.ToJsonString(), data))
            {
                Assert.Empty(decoded.Rejections);
                for (var row = 0; row < data.Count; row++)
                {
                    Assert.True(Same(expected[row], decoded["whole", row]), $"seed {Seed}, {schema}\n{RandomRecords.Text(expected[row])}\n{decoded["whole", row]}");
                    foreach (var name in names) Assert.True(Same(expected[row]![name], decoded[name, row]), $"seed {Seed}, {schema} {name}");
                }
            }
        }
    }

    [Fact]
    public void Damaged_messages_end_in_rows_or_refusals()
    {
        var random = new Random(Seed);
        var (mutants, rows) = (0, 0);
        while (mutants < 190_000 * Rounds)
        {
            var records = new RandomRecords(random);
            var schema = records.Record(4);
            var contract = Typed(schema);
            var messages = new List<byte[]?>();
            for (var i = 0; i < 60; i++)
            {
                var datum = new AvroBytes();
                records.Write(schema, datum);
                for (var copies = 0; copies < 10; copies++) messages.Add(Mutated(AvroBytes.Registered(GivenAvro.Id, datum.ToArray()), random));
            }
            var schemas = new Schemas { [Pipeline.Transforms.Ports.AvroSchemaName.OfId(GivenAvro.Id)] = schema.ToJsonString() };
            var decoded = GivenAvro.Messages(contract, schemas, messages);
            Assert.Equal(messages.Count, decoded.Batch.Rows + decoded.Rejections.Count);
            Assert.Equal(decoded.Records, messages.Count);
            mutants += messages.Count;
            rows += decoded.Batch.Rows;
        }
        Assert.InRange(rows, mutants / 100, mutants / 2);
    }

    [Fact]
    public void Of_damaged_files_all_untouched_blocks_come_through()
    {
        var random = new Random(Seed);
        var contract = GivenAvro.Files(GivenAvro.Contract(new(null), GivenAvro.Column("int64", "n"), new("s", new(ColumnKind.String), ["s"])));
        using var decoder = BlockDecoders.For(contract);
        const string schema = """{"type":"record","name":"R","fields":[{"name":"n","type":"long"},{"name":"s","type":"string"}]}""";
        for (var round = 0; round < 10_000 * Rounds; round++)
        {
            var file = new ContainerFile(schema, random.Next(4) == 0 ? "deflate" : "null");
            for (var block = 0; block < 4; block++)
                file.Block(Enumerable.Range(0, 3).Select(i => new AvroBytes().Long(block * 100 + i).Text($"text {block} {i}")));
            var whole = file.ToArray();
            file.Starts.Add(whole.Length);
            var (from, to, bytes) = Damaged(whole, file.Starts[0], random);
            var decoded = GivenAvro.File(contract, bytes, decoder);
            var values = Enumerable.Range(0, decoded.Batch.Rows).Select(row => decoded["c", row]).ToHashSet();
            for (var block = 0; block < 4; block++)
            {
                var begin = block == 0 ? file.Starts[0] : file.Starts[block] - 16;
                if (from < file.Starts[block + 1] && to > begin) continue;
                for (var i = 0; i < 3; i++)
                    Assert.True(values.Contains($"{block * 100 + i}"), $"Seed {Seed}, round {round}, bytes {from} to {to}: block {block} is lost.");
            }
            Assert.Equal(decoded.Records, decoded.Batch.Rows + decoded.Rejections.Count);
        }
    }

    [Fact]
    public void Damaged_heads_end_in_a_sentence_or_in_rows()
    {
        var random = new Random(Seed);
        var contract = GivenAvro.Files(GivenAvro.Contract(new(null), GivenAvro.Column("int64")));
        using var decoder = BlockDecoders.For(contract);
        var file = new ContainerFile(GivenAvro.Schema("\"long\"")).Block(new AvroBytes().Long(1));
        for (var round = 0; round < 5_000 * Rounds; round++)
        {
            var bytes = file.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--) bytes[random.Next(file.Starts[0])] = (byte)random.Next(256);
            var decoded = GivenAvro.File(contract, bytes, decoder);
            Assert.All(decoded.Rejections, rejection => Assert.EndsWith(".", rejection.Message));
        }
    }

    // Every field as a column of some type, so that all steps are taken.
    private static DatasetContract Typed(JsonObject schema)
    {
        ColumnKind[] kinds = [ColumnKind.String, ColumnKind.Json, ColumnKind.Int64, ColumnKind.Float64, ColumnKind.Bool, ColumnKind.Timestamp, ColumnKind.Date];
        var names = schema["fields"]!.AsArray().Select(field => field!["name"]!.GetValue<string>()).ToList();
        return GivenAvro.Contract(new(null), [new("whole", new(ColumnKind.Json), ["."]),
            .. names.Select((name, i) => new ColumnSpec(name, new(kinds[i % kinds.Length]), [name])),
            .. names.Select((name, i) => new ColumnSpec($"below_{name}", new(ColumnKind.String), [$"{name}.f1"])).Where((_, i) => i % 7 == 1)]);
    }

    private static IEnumerable<Decoded> Both(DatasetContract contract, string schema, List<AvroBytes> data) =>
    [
        GivenAvro.Decode(contract, schema, data),
        GivenAvro.File(GivenAvro.Files(contract), new ContainerFile(schema, "deflate").Block(data).ToArray()),
    ];

    private static bool Same(JsonNode? expected, string? actual)
    {
        if (expected is null || actual is null) return expected is null && actual is null;
        using var read = JsonDocument.Parse(actual);
        return JsonNode.DeepEquals(JsonNode.Parse(RandomRecords.Text(expected)), JsonNode.Parse(actual));
    }

    private static byte[] Mutated(byte[] message, Random random)
    {
        var bytes = message.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(random.Next(8) == 0 ? 0 : Math.Min(5, bytes.Count), bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)0xFF, random.Next(1, 12)));
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(random.Next(6), bytes.Count - at));
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Changes, inserts or removes a few bytes in one place behind the head.</summary>
    private static (int From, int To, byte[] Bytes) Damaged(byte[] whole, int first, Random random)
    {
        var bytes = whole.ToList();
        var from = random.Next(first, whole.Length);
        var count = Math.Min(random.Next(1, 5), whole.Length - from);
        switch (random.Next(3))
        {
            case 0:
                for (var i = from; i < from + count; i++) bytes[i] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(from, count);
                break;
            default:
                var noise = new byte[count];
                random.NextBytes(noise);
                bytes.InsertRange(from, noise);
                count = 1;
                break;
        }
        return (from, from + count, [.. bytes]);
    }
}

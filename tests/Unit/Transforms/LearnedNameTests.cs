using System.Text;
using System.Text.Json;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms;

/// <summary>What must not be seen of names being learned that no contract has.</summary>
public sealed class LearnedNameTests
{
    private static readonly DatasetContract Contract = Given.Contract(
        new ColumnSpec("id", new(ColumnKind.String), ["u.id"]), new ColumnSpec("kept", new(ColumnKind.Json), ["kept"]));

    [Fact]
    public void Names_at_random_are_counted_as_a_plain_reader_counts_them()
    {
        var random = new Random(20_261_121);
        var records = Enumerable.Range(0, 4000).Select(_ => Object(random, 0)).ToArray();
        var decoded = Given.Decode(Contract, records);
        Assert.Equal(records.Length, decoded.Batch.Rows);
        Assert.Equal(Unknown(records), decoded.Unknown.ToDictionary());
        for (var row = 0; row < records.Length; row++) Assert.Equal(IdOf(records[row]), decoded["id", row]);
    }

    [Theory]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}")]
    [InlineData("{\"a\":{\"b\":1,\"c\":2,\"b\":3}}")]
    [InlineData("{\"u\":{\"x\":1,\"x\":2}}")]
    [InlineData("{\"kept\":{\"p\":{\"q\":1,\"q\":2}}}")]
    public void A_learned_name_that_is_there_twice_is_refused(string twice)
    {
        var once = "{\"a\":{\"b\":1,\"c\":2},\"b\":1,\"u\":{\"x\":1},\"kept\":{\"p\":{\"q\":1}}}";
        var refused = Assert.Single(Given.Decode(Contract, once, once, twice, once).Rejections);
        Assert.Equal((2L, RejectionCode.DuplicateKey, ""), (refused.Position, refused.Code, refused.Field));
    }

    [Fact]
    public void One_name_in_several_objects_of_a_record_is_no_duplicate()
    {
        const string record = "{\"a\":{\"a\":{\"a\":1}},\"list\":[{\"a\":1},{\"a\":2}],\"u\":{\"a\":3,\"id\":\"7\"}}";
        var decoded = Given.Decode(Contract, record, record, record);
        Assert.Equal(3, decoded.Batch.Rows);
        Assert.Equal(
            new Dictionary<string, long> { ["a"] = 3, ["list"] = 3, ["u.a"] = 3 }, decoded.Unknown.ToDictionary());
    }

    [Fact]
    public void More_names_than_are_learned_change_nothing()
    {
        var records = Enumerable.Range(0, 1000).Select(i => $"{{\"k{i % 400}\":{{\"k{i % 300}\":1}},\"u\":{{\"id\":\"{i}\"}}}}").ToArray();
        var decoded = Given.Decode(Contract, records);
        Assert.Equal(1000, decoded.Batch.Rows);
        Assert.Equal(1000, decoded.Unknown.ToDictionary().Values.Sum());
        for (var row = 0; row < records.Length; row++) Assert.Equal($"{row}", decoded["id", row]);
    }

    private static string Object(Random random, int depth)
    {
        string[] names = ["u", "id", "kept", "a", "b", "a-long-name-that-fills-more-than-one-vector-of-bytes", "é", "\\u0061b", ""];
        var text = new StringBuilder("{");
        random.Shuffle(names);
        foreach (var name in names[..random.Next(names.Length)])
            text.Append(text.Length == 1 ? "" : ",").Append($"\"{name}\":").Append(ValueOf(random, name, depth));
        return text.Append('}').ToString();
    }

    private static string ValueOf(Random random, string name, int depth) => name switch
    {
        "id" => "\"some text\"",
        "u" when depth == 0 => Object(random, 1),
        _ => random.Next(depth < 3 ? 5 : 3) switch { 0 => "1.5", 1 => "\"x\"", 2 => "[1,{\"a\":2}]", _ => Object(random, depth + 1) },
    };

    private static string? IdOf(string record)
    {
        var root = JsonDocument.Parse(record).RootElement;
        return root.TryGetProperty("u", out var u) && u.TryGetProperty("id", out var id) ? id.GetString() : null;
    }

    private static Dictionary<string, long> Unknown(string[] records)
    {
        var counts = new Dictionary<string, long>();
        foreach (var record in records)
        {
            foreach (var member in JsonDocument.Parse(record).RootElement.EnumerateObject())
            {
                if (member.Name == "u")
                    foreach (var below in member.Value.EnumerateObject().Where(each => each.Name != "id")) Count($"u.{below.Name}");
                else if (member.Name != "kept") Count(member.Name);
            }
        }
        return counts;

        void Count(string path) => counts[path] = counts.GetValueOrDefault(path) + 1;
    }
}

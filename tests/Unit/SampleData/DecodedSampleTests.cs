using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Sandbox.Generating;
using Given = Pipeline.Tests.Unit.Contracts.Given;

namespace Pipeline.Tests.Unit.SampleData;

/// <summary>The product's decoder and the tests' own judge agree on every record, about the contract that is shipped.</summary>
public sealed class DecodedSampleTests
{
    private static readonly DatasetContract Contract =
        ContractReader.ReadFolder(Given.Repository("functions", "datasets")).Verified().Find("user_actions")!;

    [Fact]
    public void On_the_sample_file() => Agree(File.ReadAllBytes(Given.Repository("sample-data", "user-actions", "user_actions.ndjson")));

    [Fact]
    public void On_generated_records_with_every_fault()
    {
        using var stream = new MemoryStream();
        UserActionsGenerator.Write(stream, new(4_000, Seed: 20, FaultShare: 0.5));
        Agree(stream.ToArray());
    }

    private static void Agree(byte[] file)
    {
        var records = Encoding.Latin1.GetString(file).Split('\n')[..^1].Select(Encoding.Latin1.GetBytes).ToList();
        var decoded = Transforms.Given.Decode(Contract, records);
        var refused = decoded.Rejections.ToDictionary(rejection => rejection.Position);
        var row = 0;
        for (var i = 0; i < records.Count; i++)
        {
            var verdict = SampleJudge.Judge(records[i]);
            var told = refused.TryGetValue(i, out var rejection)
                ? $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(rejection.Code.ToString())} {rejection.Field}"
                : "accepted ";
            Assert.Equal($"line {i + 1}: {verdict.Code} {verdict.Field}", $"line {i + 1}: {told}");
            if (verdict.Row is not { } expected) continue;
            Assert.Equal(Values(expected), Contract.Columns.Select(column => decoded[column.Name, row]));
            row++;
        }
    }

    private static string?[] Values(SampleRow row) =>
    [
        ((row.EventTime - DateTime.UnixEpoch).Ticks / 10).ToString(), ((row.EventTime - DateTime.UnixEpoch).Days).ToString(),
        row.EventName, row.UserId, row.Platform, row.ProductName, row.Sku,
    ];
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Servers;
using Pipeline.Transforms;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Integration.Avro;

/// <summary>What another library wrote under the shipped schema is read as it meant it.</summary>
public sealed class AvscTests : IRejectionSink
{
    private static readonly string[] Columns =
    [
        "request_id", "imp_id", "requested_at", "user_id", "sent_country", "device_type", "site_domain", "publisher_id", "auction_type", "bidfloor", "banner_w",
    ];

    private static readonly string Folder = Repository.PathOf("tests", "Integration", "Avro");
    private static readonly string Schema = Repository.PathOf("functions", "datasets", "bid_requests.avsc");
    private static readonly DatasetContract Contract = ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named("bid_requests");
    private static readonly Lazy<bool> Installed = new(Install);

    private readonly List<string> refused = [];

    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    public async Task A_file_of_avsc_has_its_rows(string codec)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("avsc-").FullName, "requests.avro");
        var expected = Write("file", Schema, codec, path);
        using var writer = new SegmentWriter();
        await using (var file = File.OpenRead(path))
            await foreach (var chunk in new OcfCutter().CutAsync(file, TestContext.Current.CancellationToken))
                writer.Append(new RawRecord(chunk.Position, 0, chunk.Header, true, chunk.Value, true));
        Assert.Equal(expected, await RowsAsync(writer, ShardNames.Files("bid-requests"), null));
    }

    [Fact]
    public async Task Messages_of_avsc_have_their_rows()
    {
        var lines = Write("messages", Schema, "7");
        using var writer = new SegmentWriter();
        foreach (var message in lines.TakeWhile(line => line[0] == '"'))
            writer.Append(new RawRecord(
                (writer.LastPosition ?? -1) + 1, 0, default, false, Convert.FromBase64String(JsonSerializer.Deserialize<string>(message)!), true));
        var schemas = new OneSchema(File.ReadAllText(Schema));
        Assert.Equal(lines.SkipWhile(line => line[0] == '"'), await RowsAsync(writer, new Shard("bid-requests-0", 1), schemas));
    }

    void IRejectionSink.Refuse(in Rejection rejection) => refused.Add(rejection.Message);

    private async Task<List<string>> RowsAsync(SegmentWriter writer, Shard shard, IAvroSchemas? schemas)
    {
        using var reader = new SegmentReader();
        reader.Open(new MemoryStream(writer.Finish().ToArray()));
        using var decoder = BlockDecoders.For(Contract, null, schemas);
        var (batch, unknown) = (RecordBatches.For(Contract), new UnknownFieldCounter());
        batch.Shard = shard;
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } block) decoder.Decode(block, batch, this, unknown);
        Assert.Empty(refused);
        return [.. Enumerable.Range(0, batch.Rows).Select(row => JsonSerializer.Serialize(
            Columns.Select(name => Text(batch.Columns[Contract.IndexOf(name)], row)), Relaxed))];
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string? Text(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        TextColumn text => Encoding.UTF8.GetString(text[row]),
        FixedColumn<long> numbers => $"{numbers.Values[row]}",
        FixedColumn<Int128> decimals => $"{decimals.Values[row]}",
        _ => throw new ArgumentException(column.GetType().Name),
    };

    private static string[] Write(params string[] arguments)
    {
        Assert.True(Installed.Value, "npm could not install avsc.");
        return Run("node", ["write.mjs", .. arguments]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool Install()
    {
        var module = Path.Combine(Folder, "node_modules", "avsc");
        if (!Directory.Exists(module)) Run("npm", ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]);
        return Directory.Exists(module);
    }

    private static string Run(string program, string[] arguments)
    {
        using var child = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with exit code {child.ExitCode}: {errors.Result}");
    }

    private sealed class OneSchema(string schema) : IAvroSchemas
    {
        public string? Find(AvroSchemaName name) => name == AvroSchemaName.OfId(7) ? schema : null;

        public ValueTask LoadAsync(IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping) => ValueTask.CompletedTask;
    }
}

using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Tests.Servers;
using Pipeline.Transforms;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>A container file of requests for bids to columns, a row a slot; cutting and landing it are outside of it.</summary>
/// <remarks>Without the column that keeps the whole request as JSON: the peer writes none either.</remarks>
internal sealed class AvroFile(Sample sample) : IWorkload, IRejectionSink
{
    private const int CheckRequests = 5_000, FullRequests = 420_000;

    private static readonly string[] Compared =
        ["request_id", "imp_id", "requested_at", "user_id", "sent_country", "device_type", "site_domain", "bidfloor", "banner_w"];

    private static readonly DatasetContract Contract = WithoutWhole(
        ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named("bid_requests"));

    private readonly List<(SegmentReader Reader, SegmentBlock Block)> blocks = [];
    private long refused;

    public double InputMb => sample.Bytes / 1e6;

    public long Rows => sample.IsCheck ? CheckRequests : FullRequests;

    public static Task<Sample> PrepareAsync(BenchOptions options)
    {
        var requests = options.Check ? CheckRequests : FullRequests;
        return Task.FromResult(Sample.Of($"bid-requests-{requests}.avro", options, file => BidRequestsFile.Write(file, requests)));
    }

    public async Task LoadAsync()
    {
        await using var file = File.OpenRead(sample.Input);
        await foreach (var chunk in new OcfCutter().CutAsync(file, default))
        {
            using var writer = new SegmentWriter();
            writer.Append(new RawRecord(chunk.Position, 0, chunk.Header, true, chunk.Value, true));
            var reader = new SegmentReader();
            reader.Open(new MemoryStream(writer.Finish().ToArray()));
            blocks.Add((reader, (await reader.ReadAsync(default))!));
        }
    }

    public void Clear() => refused = 0;

    public Task<long> RunAsync()
    {
        Decoded(_ => { });
        return Task.FromResult(0L);
    }

    /// <summary>Sums of some columns, as avsc reads them from the same file.</summary>
    public async Task<string?> DifferenceAsync()
    {
        if (blocks.Count == 0) await LoadAsync();
        var sums = new Int128[Compared.Length];
        Decoded(batch => ColumnSums.Add([.. Compared.Select(name => batch.Columns[Contract.IndexOf(name)])], sums));
        var (ours, peers) = (ColumnSums.Text(sums), Avsc.Sums(sample.Input));
        if (refused != 0) return $"{refused} records were refused.";
        return ours == peers ? null : $"the columns' sums are {ours} here and {peers} there.";
    }

    public void Refuse(in Rejection rejection) => refused++;

    public void Dispose()
    {
        foreach (var (reader, _) in blocks) reader.Dispose();
    }

    private static DatasetContract WithoutWhole(DatasetContract contract) =>
        contract with { Columns = [.. contract.Columns.Where(column => column.Name != "rest")] };

    private void Decoded(Action<RecordBatch> each)
    {
        using var decoder = BlockDecoders.For(Contract);
        var (batch, unknown) = (RecordBatches.For(Contract), new UnknownFieldCounter());
        batch.Shard = ShardNames.Files("bid-requests");
        foreach (var (_, block) in blocks)
        {
            batch.Clear();
            decoder.Decode(block, batch, this, unknown);
            each(batch);
        }
    }
}

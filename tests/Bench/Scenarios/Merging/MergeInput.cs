using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios.Merging;

/// <summary>One load of rows, decoded: what the session is handed, and the same rows as the bytes of a binary COPY.</summary>
/// <param name="Bytes">Of the records the rows were decoded from.</param>
internal sealed record MergeInput(IReadOnlyList<RecordBatch> Batches, long Rows, long Bytes)
{
    private const long MicrosADay = 86_400_000_000;

    /// <summary>The rows as <c>COPY ... FROM STDIN (FORMAT binary)</c> takes them, in pieces.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CopyBytes { get; init; } = [];

    /// <summary>Decodes a sample's first records.</summary>
    public static async Task<MergeInput> DecodeAsync(Sample sample, DatasetContract contract, long maxRows)
    {
        var (decoder, unknown) = (new JsonDecoder(JsonDecodePlan.Compile(contract)), new UnknownFieldCounter());
        var (batches, rows, bytes) = (new List<RecordBatch>(), 0L, 0L);
        using var reader = new SegmentReader();
        foreach (var segment in sample.Segments)
        {
            await using var stream = await sample.SegmentStore.OpenReadAsync(segment.ObjectKey, default);
            reader.Open(stream);
            while (rows < maxRows && await reader.ReadAsync(default) is { } block)
            {
                var batch = RecordBatches.For(contract);
                batch.Shard = segment.Shard;
                decoder.Decode(block, batch, NoRefusals.Instance, unknown);
                batches.Add(batch);
                (rows, bytes) = (rows + batch.Rows, bytes + block.Values.Length);
            }
        }
        return new(batches, rows, bytes);
    }

    /// <summary>The same keys a day later: every row is newer than the one it meets.</summary>
    public MergeInput ADayLater(DatasetContract contract) => this with { Batches = [.. Batches.Select(batch => ADayLater(contract, batch))] };

    private RecordBatch ADayLater(DatasetContract contract, RecordBatch batch)
    {
        var later = new RecordBatch([.. batch.Columns.Select((column, i) => contract.Columns[i].Type.Kind switch
        {
            ColumnKind.Timestamp => Shifted((FixedColumn<long>)column, MicrosADay),
            ColumnKind.Date => Shifted((FixedColumn<int>)column, 1),
            _ => column,
        })]) { Shard = batch.Shard };
        foreach (var position in batch.Positions.Values) later.Positions.Append(position + Rows);
        return later;
    }

    private static FixedColumn<T> Shifted<T>(FixedColumn<T> column, T by) where T : unmanaged, System.Numerics.INumber<T>
    {
        var shifted = new FixedColumn<T>();
        foreach (var value in column.Values) shifted.Append(value + by);
        return shifted;
    }

    private sealed class NoRefusals : IRejectionSink
    {
        public static readonly NoRefusals Instance = new();

        public void Refuse(in Rejection rejection) =>
            throw new InvalidOperationException($"Record {rejection.Position} of the input was refused: {rejection.Message}");
    }
}

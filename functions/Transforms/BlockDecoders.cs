using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Avro;
using Pipeline.Transforms.Csv;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Masking;
using Pipeline.Transforms.Pages;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms;

/// <summary>Decodes a dataset's blocks into columns. Not for two threads at once.</summary>
public interface IBlockDecoder : IDisposable
{
    /// <summary>Appends a block's acceptable records to the batch and hands the others to the sink.</summary>
    /// <param name="batch">Made by <see cref="RecordBatches.For"/>; its shard names the rejections.</param>
    /// <param name="refused">Rows the table refused in an earlier round: position to reason. Null for none.</param>
    /// <returns>Records in all: those that were appended and those the sink took.</returns>
    int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null);

    /// <summary>Loads what a block's records name and <see cref="Decode"/> must have in memory.</summary>
    /// <param name="batch">Its shard is the block's.</param>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">It cannot be had at this moment: run the publication again.</exception>
    ValueTask PrepareAsync(SegmentBlock block, RecordBatch batch, CancellationToken stopping) => ValueTask.CompletedTask;
}

/// <summary>Chooses a dataset's decoder.</summary>
public static class BlockDecoders
{
    /// <summary>The decoder of a validated contract.</summary>
    /// <param name="rates">Exchange rates; needed where a column is made from them.</param>
    /// <param name="schemas">What Avro messages name; without, only a contract's own schema is known.</param>
    public static IBlockDecoder For(DatasetContract contract, IRates? rates = null, IAvroSchemas? schemas = null) =>
        contract.Source.Pages is null
            ? AddressCheck.Around(new RecordsDecoder(contract, rates, schemas), contract)
            : new PageDecoder(contract, rates);

    private static IBlockDecoder ForRecords(DatasetContract bound, IRates? rates, IAvroSchemas? schemas) => bound.Source switch
    {
        { Format: RecordFormat.Avro, Kind: SourceKind.Files } => new AvroFileDecoder(bound, rates),
        { Format: RecordFormat.Avro } => new AvroMessageDecoder(bound, rates, schemas),
        { Format: RecordFormat.Json, Kind: SourceKind.Files } => new JsonLinesDecoder(JsonDecodePlan.Compile(bound, rates)),
        { Format: RecordFormat.Json } => new RowDecoder(new(JsonDecodePlan.Compile(bound, rates))),
        { Format: RecordFormat.Csv, Kind: SourceKind.Files } => new CsvFileDecoder(JsonDecodePlan.Compile(bound, rates)),
        { Format: RecordFormat.Csv } => new CsvMessageDecoder(JsonDecodePlan.Compile(bound, rates)),
        var source => throw new NotSupportedException($"Dataset {bound.Dataset} reads {source.Format} from {source.Kind}, which nothing decodes."),
    };

    /// <summary>A block's records are rows, written as the source of its shard writes them.</summary>
    private sealed class RecordsDecoder(DatasetContract contract, IRates? rates, IAvroSchemas? schemas) : IBlockDecoder
    {
        private readonly Dictionary<SourceKind, IBlockDecoder> ofSources = [];

        public int Decode(
            SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
            IReadOnlyDictionary<long, string>? refused) =>
            Of(batch).Decode(block, batch, rejections, unknown, refused);

        public ValueTask PrepareAsync(SegmentBlock block, RecordBatch batch, CancellationToken stopping) =>
            Of(batch).PrepareAsync(block, batch, stopping);

        private IBlockDecoder Of(RecordBatch batch)
        {
            var kind = contract.SourceOf(batch.Shard).Kind;
            if (!ofSources.TryGetValue(kind, out var decoder)) ofSources.Add(kind, decoder = ForRecords(contract.For(kind), rates, schemas));
            return decoder;
        }

        public void Dispose()
        {
            foreach (var decoder in ofSources.Values) decoder.Dispose();
        }
    }

    /// <summary>Each of the segment's records is one row's.</summary>
    private sealed class RowDecoder(JsonDecoder decoder) : IBlockDecoder
    {
        public int Decode(
            SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
            IReadOnlyDictionary<long, string>? refused)
        {
            decoder.Decode(block, batch, rejections, unknown, refused);
            return block.Count;
        }

        public void Dispose() { }
    }
}

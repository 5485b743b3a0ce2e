using Pipeline.Domain.Datasets;
using Pipeline.Domain.Segments;
using Pipeline.Transforms;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Contracts, schemas and files that tests change one thing of.</summary>
internal static class GivenAvro
{
    public const uint Id = 7;

    /// <summary>A contract of messages with these columns.</summary>
    public static DatasetContract Contract(AvroSpec spec, params ColumnSpec[] columns) => Given.Contract(columns) with
    {
        Source = new(SourceKind.Kafka, "bids", RecordFormat.Avro) { Avro = spec },
    };

    /// <summary>The same, of files.</summary>
    public static DatasetContract Files(DatasetContract contract) => contract with
    {
        Source = contract.Source with { Kind = SourceKind.Files, Topic = "", Folder = "bids" },
    };

    /// <summary>A record schema of one field.</summary>
    public static string Schema(string type) => $$"""{"type":"record","name":"R","fields":[{"name":"v","type":{{type}}}]}""";

    public static ColumnSpec Column(string type, string from = "v", bool required = false) => new("c", TypeOf(type), [from], Required: required);

    public static ColumnType TypeOf(string type) => type switch
    {
        "string" => new(ColumnKind.String),
        "int64" => new(ColumnKind.Int64),
        "float64" => new(ColumnKind.Float64),
        "decimal" => new(ColumnKind.Decimal, 12, 3),
        "bool" => new(ColumnKind.Bool),
        "timestamp" => new(ColumnKind.Timestamp),
        "date" => new(ColumnKind.Date),
        _ => new(ColumnKind.Json),
    };

    /// <summary>Decodes messages (null for a tombstone) whose writer's schema is registered as <see cref="Id"/>.</summary>
    public static Decoded Decode(DatasetContract contract, string schema, params IEnumerable<AvroBytes?> data) => Messages(
        contract, new Schemas { [AvroSchemaName.OfId(Id)] = schema },
        data.Select(datum => datum is null ? null : AvroBytes.Registered(Id, datum.ToArray())));

    /// <summary>Decodes messages as they are.</summary>
    public static Decoded Messages(DatasetContract contract, IAvroSchemas? schemas, params IEnumerable<byte[]?> messages)
    {
        using var decoder = BlockDecoders.For(contract, null, schemas);
        var block = Given.Block(messages.Select((message, i) => Given.Record(i, message)));
        var result = new Decoded(contract);
        result.Batch.Shard = Given.Shard;
        decoder.PrepareAsync(block, result.Batch, default).AsTask().Wait();
        result.Records = decoder.Decode(block, result.Batch, result.Rejections, result.Unknown);
        return result;
    }

    /// <summary>Cuts and decodes a file.</summary>
    public static Decoded File(DatasetContract contract, byte[] file)
    {
        using var decoder = BlockDecoders.For(contract);
        return File(contract, file, decoder);
    }

    /// <summary>The same with a decoder that is used again.</summary>
    public static Decoded File(DatasetContract contract, byte[] file, IBlockDecoder decoder)
    {
        var result = new Decoded(contract);
        result.Batch.Shard = ShardNames.Files(contract.Source.Folder);
        var chunks = Cut(file);
        if (chunks.Count == 0) return result;
        var block = Given.Block(chunks.Select(chunk => new RawRecord(chunk.Position, 0, chunk.Header, true, chunk.Value, true)));
        result.Records = decoder.Decode(block, result.Batch, result.Rejections, result.Unknown);
        return result;
    }

    /// <summary>The pieces of a file.</summary>
    public static List<FileChunk> Cut(byte[] file) => Cut(new MemoryStream(file));

    public static List<FileChunk> Cut(Stream file)
    {
        var chunks = new List<FileChunk>();
        var pieces = new OcfCutter().CutAsync(file, default).GetAsyncEnumerator();
        while (pieces.MoveNextAsync().AsTask().Result)
            chunks.Add(pieces.Current with { Header = pieces.Current.Header.ToArray(), Value = pieces.Current.Value.ToArray() });
        return chunks;
    }
}

/// <summary>Schemas in memory.</summary>
internal sealed class Schemas : Dictionary<AvroSchemaName, string>, IAvroSchemas
{
    public List<AvroSchemaName> Loaded { get; } = [];

    public string? Find(AvroSchemaName name) => this.GetValueOrDefault(name);

    public ValueTask LoadAsync(IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping)
    {
        Loaded.AddRange(names);
        return ValueTask.CompletedTask;
    }
}

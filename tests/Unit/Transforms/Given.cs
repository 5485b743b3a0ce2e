using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms;

/// <summary>The valid starting points that tests change one thing of.</summary>
internal static class Given
{
    public static readonly Shard Shard = new("user-actions-0", 0);

    public static readonly DatasetContract UserActions = new()
    {
        Dataset = "user_actions",
        Version = 1,
        Source = new(SourceKind.Kafka, "user-actions", RecordFormat.Json),
        Columns =
        [
            new("event_datetime", new(ColumnKind.Timestamp), ["timestamp"], Required: true),
            new("event_date", new(ColumnKind.Date), [], new(DerivationKind.Date, "event_datetime")),
            new("event_name", new(ColumnKind.String), ["event_name"], Required: true, MaxLength: 64),
            new("user_id", new(ColumnKind.String), ["user_identifiers.id"], Required: true),
            new("platform", new(ColumnKind.String), ["user_identifiers.platform"], Required: true),
            new("product_name", new(ColumnKind.String), ["product_information.name"]),
            new("SKU", new(ColumnKind.String), ["product_information.SKU"], Required: true),
        ],
        Lake = new(["event_date", "event_name"], ["event_datetime"], LakeCodec.Zstd),
        Table = new("user_activity_latest", ["user_id", "SKU"], "event_datetime"),
    };

    public const string Event =
        """{"timestamp":"2023-10-23T12:34:56Z","event_name":"view","user_identifiers":{"platform":"web","id":"user_1"},"product_information":{"name":"Dock 7","SKU":"SKU-7"}}""";

    /// <summary>A contract of these columns only.</summary>
    public static DatasetContract Contract(params ColumnSpec[] columns) => UserActions with
    {
        Columns = columns, Lake = new([], [], LakeCodec.Zstd), Table = null,
    };

    public static RawRecord Record(long position, string? value) => Record(position, value is null ? null : Encoding.UTF8.GetBytes(value));

    public static RawRecord Record(long position, byte[]? value) => new(position, 1_698_000_000_000 + position, default, false, value, value is not null);

    public static byte[] Segment(params IEnumerable<RawRecord> records)
    {
        using var writer = new SegmentWriter();
        foreach (var record in records) writer.Append(record);
        return writer.Finish().ToArray();
    }

    /// <summary>The one block of a small segment.</summary>
    public static SegmentBlock Block(params IEnumerable<RawRecord> records)
    {
        var reader = new SegmentReader();
        reader.Open(new MemoryStream(Segment(records)));
        return reader.ReadAsync(default).AsTask().Result!;
    }

    /// <summary>Decodes records (null for a tombstone) through a real segment.</summary>
    public static Decoded Decode(DatasetContract contract, params IEnumerable<byte[]?> values)
    {
        using var reader = new SegmentReader();
        using var stream = new MemoryStream(Segment(values.Select((value, i) => Record(i, value))));
        reader.Open(stream);
        var decoder = new JsonDecoder(JsonDecodePlan.Compile(contract));
        var result = new Decoded(contract);
        while (reader.ReadAsync(default).AsTask().Result is { } block)
            decoder.Decode(block, result.Batch, result.Rejections, result.Unknown);
        return result;
    }

    public static Decoded Decode(DatasetContract contract, params IEnumerable<string> values) =>
        Decode(contract, values.Select(Encoding.UTF8.GetBytes));
}

/// <summary>What a decoder made of some records.</summary>
internal sealed class Decoded(DatasetContract contract)
{
    public RecordBatch Batch { get; } = RecordBatches.For(contract);

    public RejectionList Rejections { get; } = new();

    public UnknownFieldCounter Unknown { get; } = new();

    /// <summary>Records in all, as the decoder counted them.</summary>
    public int Records { get; set; }

    /// <summary>A value as text; null for a null.</summary>
    public string? this[string column, int row = 0] => ColumnText.Of(Batch.Columns[contract.IndexOf(column)], row);
}

/// <summary>Keeps refused records.</summary>
internal sealed class RejectionList : List<Rejection>, IRejectionSink
{
    public void Refuse(in Rejection rejection) => Add(rejection with { Record = rejection.Record.ToArray() });
}

/// <summary>Values as text, to be compared with what a person would write.</summary>
internal static class ColumnText
{
    public static string? Of(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        TextColumn text => Encoding.UTF8.GetString(text[row]),
        FixedColumn<long> numbers => numbers.Values[row].ToString(),
        FixedColumn<int> days => days.Values[row].ToString(),
        FixedColumn<double> doubles => doubles.Values[row].ToString("R"),
        FixedColumn<bool> flags => flags.Values[row] ? "true" : "false",
        FixedColumn<Int128> decimals => decimals.Values[row].ToString(),
        _ => throw new ArgumentException(column.GetType().Name),
    };
}

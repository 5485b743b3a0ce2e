using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Pages;

/// <summary>Takes providers' answers apart and decodes their records, each page under the contract of its source.</summary>
/// <remarks>
/// A page that is no JSON, is cut off, or does not have the agreed envelope is one rejection: the provider changed something, and no row of
/// it can be trusted. A record's position is its page's and its place in the page.
/// </remarks>
public sealed class PageDecoder : IBlockDecoder
{
    private readonly DatasetContract contract;
    private readonly IRates? rates;
    private readonly PageHeader header = new();
    private readonly Dictionary<(SourceKind Kind, string Zone, string Stream), PageSource> sources = [];
    private readonly PageBlock rows = new();
    private readonly CellRows cells = new();

    /// <summary>A decoder of one contract's pages.</summary>
    /// <param name="rates">Exchange rates; needed where a column is made from them.</param>
    public PageDecoder(DatasetContract contract, IRates? rates = null) => (this.contract, this.rates) = (contract, rates);

    private bool NeedsZone => contract.Columns.Any(column =>
        column.Form == TimestampForm.CompactLocal || column.Derive is { Kind: DerivationKind.LocalDate });

    /// <inheritdoc/>
    public int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused)
    {
        var records = 0;
        for (var page = 0; page < block.Count; page++)
        {
            if (Open(block, page, out var source) is { } fault)
            {
                rejections.Refuse(new(fault.Code, fault.Field, batch.Shard, block.Positions[page], fault.Message, block.Value(page)));
                records++;
            }
            else if (rows.Finish() is { } opened)
            {
                var isOneOfSeveral = contract.Sources.Count > 1;
                source!.Decoder.Decode(opened, batch, rejections, isOneOfSeveral ? source.Unknown : unknown, refused);
                if (isOneOfSeveral) unknown.Take(source.Unknown, source.Name);
                records += opened.Count;
            }
        }
        return records;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rows.Dispose();
        cells.Dispose();
    }

    /// <summary>Fills <see cref="rows"/> with the records of a page.</summary>
    /// <returns>Why the page is refused; null when it is not.</returns>
    private PageFault? Open(SegmentBlock block, int page, out PageSource? source)
    {
        source = null;
        rows.Clear();
        if (block.Lengths[page] < 0) return new(RejectionCode.NoValue, "", "The page has no value.");
        if (block.Key(page) is not { } key || !header.Read(key))
            return PageFault.OfEnvelope("", "The page was landed without a header that can be read.");
        if (SourceOf(out source) is { } stranger) return stranger;
        var answer = block.Value(page);
        if (source!.Envelope.Read(answer.Span) is { } fault) return fault;
        var found = source.Envelope.Records;
        if (found.Count > Extraction.MaxPageRows)
            return PageFault.OfEnvelope("", $"The page has {found.Count} records, more than the {Extraction.MaxPageRows} positions of a page.");
        source.Stamp.Begin(header);
        for (var record = 0; record < found.Count; record++)
        {
            var position = block.Positions[page] + record;
            var row = answer.Span.Slice(found[record].Start, found[record].Length);
            if (source.IsPositional) row = cells.Name(row, source.Envelope.Fields);
            source.Stamp.Append(rows, position, block.TimestampsMs[page], row);
        }
        return null;
    }

    private PageFault? SourceOf(out PageSource? source)
    {
        source = null;
        var name = header.Text("source") ?? "";
        if (SourceKinds.Parse(name) is not { } kind || contract.SourceOf(kind) is null)
            return PageFault.OfEnvelope("", $"The page's header names the source {PageFault.Quote(name)}, which the contract does not have.");
        var zoneName = NeedsZone ? header.Text("time_zone") ?? "" : "";
        var stream = header.Text("stream") is { } named && contract.Columns.Any(column => column.RequiredIn.Contains(named)) ? named : "";
        if (sources.TryGetValue((kind, zoneName, stream), out source)) return null;
        TimeZoneInfo? zone = null;
        if (NeedsZone && !TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out zone))
            return PageFault.OfEnvelope("",
                $"The page's header names the time zone {PageFault.Quote(zoneName)}, which this machine does not know.");
        sources.Add((kind, zoneName, stream), source = new(contract.For(kind, stream), rates, zone));
        return null;
    }

    /// <summary>What pages of one source, stream and zone are read by.</summary>
    private sealed class PageSource(DatasetContract bound, IRates? rates, TimeZoneInfo? zone)
    {
        public string Name { get; } = bound.Source.Kind.Text();

        public bool IsPositional { get; } = bound.Source.Pages?.Schema is { IsPositional: true };

        public PageEnvelope Envelope { get; } = new(bound);

        public RecordStamp Stamp { get; } = new(bound);

        public JsonDecoder Decoder { get; } = new(JsonDecodePlan.Compile(bound, rates, zone));

        public UnknownFieldCounter Unknown { get; } = new();
    }
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Messages;
using Pipeline.Transforms.Avro.Plans;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro;

/// <summary>Decodes messages: each is one datum behind the name of its schema, or a bare one of the contract's.</summary>
internal sealed class AvroMessageDecoder : IBlockDecoder
{
    private readonly AvroColumns columns;
    private readonly AvroRows rows;
    private readonly IAvroSchemas? schemas;
    private readonly bool isBare;
    private readonly AvroSchemaName? ownName;
    private readonly Dictionary<AvroSchemaName, AvroPlan> plans = [];
    private AvroPlan? bare;

    /// <param name="contract">Of one source.</param>
    /// <param name="schemas">The schemas that messages name; null knows the contract's own only.</param>
    public AvroMessageDecoder(DatasetContract contract, IRates? rates, IAvroSchemas? schemas)
    {
        columns = new(contract, rates);
        rows = new(columns);
        this.schemas = schemas;
        isBare = contract.Source.Avro is { IsBare: true };
        if (columns.Reader is { } own) ownName = AvroSchemaName.OfFingerprint(CanonicalForm.Fingerprint(own));
    }

    /// <inheritdoc/>
    public ValueTask PrepareAsync(SegmentBlock block, RecordBatch batch, CancellationToken stopping)
    {
        if (isBare || schemas is null) return ValueTask.CompletedTask;
        HashSet<AvroSchemaName>? unknown = null;
        for (var message = 0; message < block.Count; message++)
            if (MessageHead.Read(block.Value(message).Span) is { } head && !plans.ContainsKey(head.Schema) && head.Schema != ownName)
                (unknown ??= []).Add(head.Schema);
        return unknown is null ? ValueTask.CompletedTask : schemas.LoadAsync(unknown, stopping);
    }

    /// <inheritdoc/>
    public int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        CompileAll(block);
        rows.Bind(batch, refused);
        block.Values.Span.CopyTo(rows.Begin(block.Values.Length));
        for (var message = 0; message < block.Count; message++) Take(block, message);
        foreach (var plan in plans.Values) plan.CountUnknown(unknown);
        bare?.CountUnknown(unknown);
        return rows.Finish(rejections);
    }

    /// <inheritdoc/>
    public void Dispose() { }

    // What a plan knows beforehand stands in front of the data: all plans come first.
    private void CompileAll(SegmentBlock block)
    {
        if (isBare) bare ??= rows.Compile(columns.Reader!);
        else
            for (var message = 0; message < block.Count; message++)
                if (MessageHead.Read(block.Value(message).Span) is { } head && !plans.ContainsKey(head.Schema)) Compile(head.Schema);
    }

    private void Compile(AvroSchemaName name)
    {
        if (name == ownName) plans.Add(name, rows.Compile(columns.Reader!));
        else if (schemas?.Find(name) is { } text) plans.Add(name, Compile(name, text));
    }

    private AvroPlan Compile(AvroSchemaName name, string text)
    {
        try
        {
            return rows.Compile(AvroSchemaReader.ReadWriters(text));
        }
        catch (InvalidDataException error)
        {
            var nothing = new AvroType(AvroKind.Null, "null");
            return rows.Compile(nothing) with { Refusal = (RejectionCode.UnknownSchema, "", $"Schema {name}: {error.Message}") };
        }
    }

    private void Take(SegmentBlock block, int message)
    {
        var length = block.Lengths[message];
        var start = rows.DataStart + block.Starts[message];
        var place = (start, Math.Max(0, length), block.Positions[message]);
        var head = isBare ? new MessageHead(0, default) : MessageHead.Read(block.Value(message).Span);
        if (length < 0) rows.Refuse(new(RejectionCode.NoValue, "", RejectionText.NoValue), place);
        else if (head is not { } known)
            rows.Refuse(new(RejectionCode.MalformedAvro, "",
                "The record begins neither with a registry's schema id (a zero and four bytes) nor as a single object does (C3 01 and a fingerprint)."), place);
        else if (!isBare && !plans.ContainsKey(known.Schema))
            rows.Refuse(new(RejectionCode.UnknownSchema, "", $"The record names the schema of {known.Schema}, which neither the archive nor the registry has."), place);
        else Read(isBare ? bare! : plans[known.Schema], start + known.Bytes, start + length, place);
    }

    private void Read(AvroPlan plan, int start, int end, (int Start, int Length, long Position) place)
    {
        if (plan.Refusal is var (code, field, message)) rows.Refuse(new(code, field, message), place);
        else if (!rows.TryTake(plan, start, end, place.Start, place.Position, isWhole: true))
            rows.Refuse(new(RejectionCode.MalformedAvro, "", rows.Sentence(place.Start)), place);
    }
}

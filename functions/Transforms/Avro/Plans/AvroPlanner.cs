using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Reading;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>Compiles what columns want, the writer's schema and the reader's into steps.</summary>
internal sealed class AvroPlanner
{
    private readonly AvroColumns columns;
    private readonly Constants constants;
    private readonly SkipPlanner skips = new();
    private readonly RenderPlanner renders;
    private readonly List<(string Parent, byte[] Name)> unknown = [];
    private readonly HashSet<string> noted = new(StringComparer.Ordinal);
    private readonly Dictionary<(AvroType, AvroType, WantedPath), RecordNode> records = [];
    private (RejectionCode, string, string)? refusal;
    private bool hasRows;

    private AvroPlanner(AvroColumns columns, Constants constants) =>
        (this.columns, this.constants, renders) = (columns, constants, new(constants, skips));

    /// <summary>The plan for a writer's schema.</summary>
    /// <param name="constants">Takes what the plan knows beforehand.</param>
    public static AvroPlan Compile(AvroColumns columns, AvroType writer, Constants constants)
    {
        var planner = new AvroPlanner(columns, constants);
        var root = planner.Root(writer);
        return new(root, writer.IsEmpty, planner.unknown, planner.refusal);
    }

    private AvroNode Root(AvroType writer)
    {
        var reader = columns.Reader ?? writer;
        if (writer.Kind != AvroKind.Record || Resolution.ReaderOf(writer, reader) is not { Kind: AvroKind.Record } record)
        {
            refusal = (RejectionCode.SchemaMismatch, "", writer.Kind != AvroKind.Record
                ? $"The writer's schema is of type {writer.Name}, and rows are made of records."
                : $"The contract's reader schema has no place for the writer's record '{writer.Name}'.");
            return skips.For(writer);
        }
        var node = Descend(writer, record, columns.Root);
        if (columns.RowsOf is { } list && !hasRows)
            refusal = (RejectionCode.SchemaMismatch, list, $"The writer's schema has no list '{list}', of which rows are made.");
        if (columns.Root.Slot < 0) return node;
        unknown.Clear();
        return new TwiceNode(new JsonLeaf(columns.Root.Slot, renders.For(writer, record, "", columns.RowsOf)), node);
    }

    private AvroNode Value(AvroType writer, AvroType reader, WantedPath wanted)
    {
        if (writer.Kind == AvroKind.Union)
            return new UnionNode { Branches = [.. writer.Branches.Select(branch => Value(branch, reader, wanted))] };
        if (Resolution.ReaderOf(writer, reader) is not { } type) return new MismatchNode(wanted.Path, skips.For(writer));
        if (wanted.AreRows) return Rows(writer, type, wanted);
        if (wanted is { Slot: >= 0, IsJson: true })
        {
            AvroNode json = new JsonLeaf(wanted.Slot, renders.For(writer, type, wanted.Path));
            return wanted.IsParent ? new TwiceNode(json, Descend(writer, type, wanted)) : json;
        }
        return wanted.IsParent ? Descend(writer, type, wanted) : Leaf(writer, type, wanted);
    }

    private AvroNode Rows(AvroType writer, AvroType reader, WantedPath wanted)
    {
        if (writer.Kind == AvroKind.Null) return skips.For(writer);
        if (writer.Kind != AvroKind.Array) return new MismatchNode(wanted.Path, skips.For(writer));
        hasRows = true;
        var (item, skip) = (wanted.Item(), skips.For(writer.Items!));
        var read = item.IsParent || item.Slot >= 0 ? Value(writer.Items!, reader.Items!, item) : skip;
        return new RowListNode(read, writer.Items!.IsEmpty, skips.For(writer));
    }

    private AvroNode Descend(AvroType writer, AvroType reader, WantedPath wanted) => writer.Kind switch
    {
        AvroKind.Record => Record(writer, reader, wanted),
        AvroKind.Map => Map(writer, reader, wanted),
        AvroKind.Null => new NotedNode(new(TokenKind.Null, 0, 0), wanted.SlotsBelow, skips.For(writer)),
        _ => new NotedNode(new(TokenKind.Blocked, 0, 0), wanted.SlotsBelow, skips.For(writer)),
    };

    // Records of a schema can hold each other in any number of ways; for each path a pair of them is compiled once.
    private RecordNode Record(AvroType writer, AvroType reader, WantedPath wanted)
    {
        if (records.TryGetValue((writer, reader, wanted), out var known)) return known;
        var steps = new List<AvroNode>();
        foreach (var (field, asked) in Resolution.Fields(writer, reader))
        {
            if (asked is not null && wanted.Find(asked.Name) is { } child) steps.Add(Value(field.Type, asked.Type, child));
            else
            {
                if (asked is null || columns.Reader is null) Note(wanted, field);
                steps.Add(skips.For(field.Type));
            }
        }
        foreach (var field in Resolution.Missing(writer, reader))
            if (wanted.Find(field.Name) is { } child) AddDefault(field, child, steps);
        var record = new RecordNode(wanted.Path, SkipPlanner.Joined(steps));
        records.Add((writer, reader, wanted), record);
        return record;
    }

    // The same record can stand in several branches.
    private void Note(WantedPath wanted, AvroField field)
    {
        if (noted.Add($"{wanted.Path}.{field.Name}")) unknown.Add((wanted.Path, Encoding.UTF8.GetBytes(field.Name)));
    }

    private void AddDefault(AvroField field, WantedPath wanted, List<AvroNode> steps)
    {
        if (field.Default is { } value && constants.Default(field.Type, value) is var (start, length))
            steps.Add(new DefaultNode(start, length, Value(field.Type, field.Type, wanted)));
        else
            refusal ??= (RejectionCode.SchemaMismatch, wanted.Path,
                $"The writer's schema has no field '{wanted.Path}', and the contract's reader schema has no default for it.");
    }

    private MapNode Map(AvroType writer, AvroType reader, WantedPath wanted) => new(
        wanted.Path,
        [.. wanted.Children.Select(child => new MapEntry(Encoding.UTF8.GetBytes(child.Key), child.Value.Path,
            child.Value.Slots, Value(writer.Items!, reader.Items!, child.Value)))],
        skips.For(writer.Items!));

    private AvroNode Leaf(AvroType writer, AvroType reader, WantedPath wanted)
    {
        var (slot, path, column) = (wanted.Slot, wanted.Path, wanted.Kind);
        return writer.Kind switch
        {
            AvroKind.Null => Noted(TokenKind.Null),
            AvroKind.Boolean => new BooleanLeaf(slot),
            AvroKind.Int or AvroKind.Long => Whole(slot, reader, column),
            AvroKind.Float or AvroKind.Double when column == ColumnKind.Decimal =>
                new RealTextLeaf(slot, path, writer.Kind == AvroKind.Float),
            AvroKind.Float or AvroKind.Double => new RealLeaf(slot, writer.Kind == AvroKind.Float),
            AvroKind.String => new TextLeaf(slot, path),
            AvroKind.Enum => new EnumLeaf(slot, path, constants.Symbols(writer, reader)),
            AvroKind.Bytes or AvroKind.Fixed when reader.Logical != AvroLogical.None =>
                new JsonLeaf(slot, renders.For(writer, reader, path)),
            AvroKind.Bytes when reader.Kind == AvroKind.String || column == ColumnKind.String => new TextLeaf(slot, path),
            AvroKind.Record or AvroKind.Map => Noted(TokenKind.Object),
            AvroKind.Array => Noted(TokenKind.Array),
            _ => Noted(TokenKind.Blocked),
        };

        NotedNode Noted(TokenKind kind) => new(new(kind, 0, 0), [slot], skips.For(writer));
    }

    private static AvroNode Whole(int slot, AvroType reader, ColumnKind column)
    {
        if (reader.Kind is AvroKind.Float or AvroKind.Double) return new WholeAsRealLeaf(slot, reader.Kind == AvroKind.Float);
        if (column == ColumnKind.Int64 || reader.Logical is AvroLogical.None or AvroLogical.TimeMillis or AvroLogical.TimeMicros)
            return new WholeLeaf(slot);
        return reader.Logical == AvroLogical.Date ? new DayLeaf(slot) : new InstantLeaf(slot, reader.Logical);
    }
}

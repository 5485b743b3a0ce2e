using System.Runtime.InteropServices;

namespace Pipeline.Transforms.Json;

/// <summary>Records that look like an earlier one.</summary>
internal sealed partial class JsonScanner
{
    private readonly List<ValuePlace> places = [];
    private bool hasContainer;

    /// <summary>Reads a record by a shape: its keys are compared as bytes, its values are read.</summary>
    /// <returns>False when it looks otherwise; nothing is known of it then.</returns>
    public bool TryShape(RecordShape shape, ReadOnlySpan<byte> run, int start, int stop)
    {
        if (run.Length - stop < RecordShape.MaxBytes + 64) return false;
        end = stop;
        places.Clear();
        foreach (var slot in shape.Absent) group.Set(slot, default);
        ref var first = ref MemoryMarshal.GetReference(run);
        var at = start;
        var last = shape.Parts - 1;
        for (var i = 0; ; i++)
        {
            ref readonly var part = ref shape[i];
            // White space in a shape can be a line feed too: no literal may begin behind the record.
            if (at > stop || !shape.IsAt(part, ref first, at)) return false;
            at += part.Length;
            if (i == last) return at == stop;
            if (part.IsPlainText)
            {
                var close = TextStop(run, at);
                if (part.TextSlot >= 0) group.Set(part.TextSlot, new(TokenKind.String, at, close - at));
                at = close;
            }
            else if ((at = Scalar(run, at, part)) < 0) return false;
        }
    }

    /// <summary>Makes a shape of the record just read.</summary>
    /// <returns>False when it has none: a value that is kept whole, or too many values.</returns>
    public bool TryTakeShape(RecordShape shape, ReadOnlySpan<byte> run, int start, int stop)
    {
        if (hasContainer || !shape.Take(run[start..stop], start, CollectionsMarshal.AsSpan(places), plan.Slots)) return false;
        shape.ClearUnknown();
        foreach (var (parent, key) in unknown) shape.AddUnknown(parent, key.In(run, decoded));
        return true;
    }

    private int Scalar(ReadOnlySpan<byte> run, int at, in RecordShape.Part part)
    {
        if (part.IsText)
        {
            var close = TextStop(run, at);
            Leaf(part.Node!, new(TokenKind.String, at, close - at));
            return close;
        }
        return run[at] is (byte)'"' or (byte)'{' or (byte)'[' ? -1 : Value(run, at, part.Node, plan.MaxDepth);
    }

    private void Note(int start, int length, PlanNode? node, bool isText) => places.Add(new(start, length, node, isText));
}

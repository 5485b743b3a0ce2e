using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Transforms.Json;

/// <summary>Records that look like an earlier one.</summary>
internal sealed partial class JsonScanner
{
    private readonly List<ValuePlace> places = [];
    private bool hasContainer;

    /// <summary>Reads a record by a shape: its keys are compared as bytes, its values are read.</summary>
    /// <remarks>Reads up to a vector's length behind the record's line feed, which the padding of the run allows.</remarks>
    /// <returns>False when it looks otherwise; nothing is known of it then.</returns>
    public bool TryShape(RecordShape shape, ReadOnlySpan<byte> run, int start, int stop)
    {
        end = stop;
        places.Clear();
        ref var kind = ref group.CurrentKind;
        ref var place = ref group.CurrentPlace;
        foreach (var slot in shape.Absent) Unsafe.Add(ref kind, slot * TokenGroup.Capacity) = TokenKind.Absent;
        ref var first = ref MemoryMarshal.GetReference(run);
        ref var literal = ref shape.Literals;
        var at = start;
        foreach (ref readonly var part in shape.Parts)
        {
            var equal = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(uint)at), Vector256.LoadUnsafe(ref literal));
            if ((~equal.ExtractMostSignificantBits() & part.Mask) != 0) return false;
            literal = ref Unsafe.Add(ref literal, ShapePart.MaxBytes);
            at += part.Length;
            // White space in a shape can be a line feed too: a literal may not run over the record's end.
            if (at > stop) return false;
            if (part.Slot >= 0)
            {
                var close = TextStop(ref first, at);
                Unsafe.Add(ref kind, part.Slot * TokenGroup.Capacity) = TokenKind.String;
                Unsafe.Add(ref place, part.Slot * TokenGroup.Capacity) = new(at, close - at);
                at = close;
            }
            else if (part.Slot == ShapePart.AnyScalar && (at = Scalar(run, at, part)) < 0) return false;
        }
        return at == stop;
    }

    /// <summary>Makes a shape of the record just read.</summary>
    /// <returns>False when it has none: a value that is kept whole, or too many values.</returns>
    public bool TryTakeShape(RecordShape shape, ReadOnlySpan<byte> run, int start, int stop)
    {
        if (hasContainer || !shape.Take(run[start..stop], start, CollectionsMarshal.AsSpan(places), plan.Slots)) return false;
        shape.ClearUnknown();
        foreach (var (parent, key) in unknown)
            if (parent.HasNews) shape.AddUnknown(parent, key.In(run, decoded));
        foreach (var id in news.AsSpan(0, newsCount))
            shape.AddUnknown(learned[id - firstLearned].Parent!, learned[id - firstLearned].LearnedName);
        return true;
    }

    private int Scalar(ReadOnlySpan<byte> run, int at, in ShapePart part)
    {
        if (part.IsText)
        {
            var close = TextStop(ref MemoryMarshal.GetReference(run), at);
            Leaf(part.Node!, new(TokenKind.String, at, close - at));
            return close;
        }
        return run[at] is (byte)'"' or (byte)'{' or (byte)'[' ? -1 : Value(run, at, part.Node, plan.MaxDepth);
    }

    private void Note(int start, int length, PlanNode? node, bool isText) => places.Add(new(start, length, node, isText));
}

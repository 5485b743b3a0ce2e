namespace Pipeline.Transforms.Json;

/// <summary>A piece of a shape's literal bytes, at most a vector of them, and the value behind it.</summary>
/// <param name="Length">Bytes of the piece.</param>
/// <param name="Mask">A bit for each of them.</param>
/// <param name="Slot">Where a text behind the piece is noted; <see cref="NoValue"/> when none follows, <see cref="AnyScalar"/> for a value
/// that takes more than noting.</param>
/// <param name="Node">What the contract wants of the value; null for one that nobody reads.</param>
internal readonly record struct ShapePart(int Length, uint Mask, int Slot, PlanNode? Node, bool IsText)
{
    /// <summary>Bytes a piece can have.</summary>
    public const int MaxBytes = 32;

    /// <summary>The <see cref="Slot"/> of a piece that is followed by another one, or by the record's end.</summary>
    public const int NoValue = -1;

    /// <summary>The <see cref="Slot"/> of a number, a literal, or a text that blocks the paths below it.</summary>
    public const int AnyScalar = -2;

    /// <summary>The same piece with a value behind it.</summary>
    /// <param name="unread">The slot of texts that nobody reads.</param>
    public ShapePart Before(in ValuePlace value, int unread) => this with
    {
        Slot = !value.IsText || value.Node is { IsParent: true } ? AnyScalar : value.Node?.NoteSlot ?? unread,
        Node = value.Node,
        IsText = value.IsText,
    };
}

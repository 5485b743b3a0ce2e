using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>A text of the writer's.</summary>
internal sealed class TextLeaf(int slot, string path) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLength(out var length)) return false;
        if (machine.IsText(machine.At, length, path)) machine.Set(slot, new(TokenKind.String, machine.At, length));
        machine.At += length;
        return true;
    }
}

/// <summary>A whole number that is kept as it is.</summary>
internal sealed class WholeLeaf(int slot) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var value)) return false;
        machine.Set(slot, FieldToken.OfBits(TokenKind.Whole, value));
        return true;
    }
}

/// <summary>A whole number of the writer's that the reader takes for a fraction.</summary>
internal sealed class WholeAsRealLeaf(int slot, bool isSingle) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var value)) return false;
        machine.Set(slot, FieldToken.OfReal(isSingle ? (float)value : value));
        return true;
    }
}

/// <summary>A fraction.</summary>
internal sealed class RealLeaf(int slot, bool isSingle) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryBits(isSingle ? sizeof(float) : sizeof(double), out var bits)) return false;
        machine.Set(slot, FieldToken.OfReal(isSingle ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits)));
        return true;
    }
}

/// <summary>A fraction that becomes a decimal: the shortest number that reads back as the same fraction.</summary>
internal sealed class RealTextLeaf(int slot, string path, bool isSingle) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryBits(isSingle ? sizeof(float) : sizeof(double), out var bits)) return false;
        var start = machine.Tail;
        if (!JsonTexts.TryReal(machine, bits, isSingle)) machine.Refuse(RejectionCode.OutOfRange, path);
        else machine.Set(slot, new(TokenKind.Number, start, machine.Tail - start));
        return true;
    }
}

/// <summary>An instant, or the time of a zone that is not told.</summary>
internal sealed class InstantLeaf(int slot, AvroLogical logical) : AvroNode
{
    private readonly TokenKind kind = logical >= AvroLogical.LocalTimestampMillis ? TokenKind.LocalInstant : TokenKind.Instant;

    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var value)) return false;
        machine.Set(slot, FieldToken.OfBits(kind, Instants.Micros(value, logical)));
        return true;
    }
}

/// <summary>A day.</summary>
internal sealed class DayLeaf(int slot) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var value)) return false;
        machine.Set(slot, FieldToken.OfBits(TokenKind.Day, value));
        return true;
    }
}

/// <summary>True or false.</summary>
internal sealed class BooleanLeaf(int slot) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        var at = machine.At;
        if (!machine.Skip(1)) return false;
        if (machine.Bytes[at] > 1) return machine.Stop("a truth value is neither 0 nor 1");
        machine.Set(slot, new(machine.Bytes[at] == 1 ? TokenKind.True : TokenKind.False, 0, 0));
        return true;
    }
}

/// <summary>A symbol, as its text among the constants.</summary>
/// <param name="places">Each of the writer's symbols as the reader has it; of no length for one that the reader does not have.</param>
internal sealed class EnumLeaf(int slot, string path, (int Start, int Length)[] places) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var symbol)) return false;
        if ((ulong)symbol >= (ulong)places.Length) return machine.Stop("an enum has a symbol that its schema does not have");
        var (start, length) = places[symbol];
        if (start < 0) machine.Refuse(RejectionCode.SchemaMismatch, path);
        else machine.Set(slot, new(TokenKind.String, start, length));
        return true;
    }
}

/// <summary>A value that another node writes as JSON, noted as the JSON scanner would have noted it.</summary>
internal sealed class JsonLeaf(int slot, AvroNode value) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        var start = machine.Tail;
        if (!value.Read(machine)) return false;
        var text = machine.Bytes.AsSpan(start, machine.Tail - start);
        if (text.IsEmpty) return true;                    // a fault of it is noted
        machine.Set(slot, text[0] switch
        {
            (byte)'"' => new(text.Contains((byte)'\\') ? TokenKind.EscapedString : TokenKind.String, start + 1, text.Length - 2),
            (byte)'{' => new(TokenKind.Object, start, text.Length),
            (byte)'[' => new(TokenKind.Array, start, text.Length),
            (byte)'t' => new(TokenKind.True, start, text.Length),
            (byte)'f' => new(TokenKind.False, start, text.Length),
            (byte)'n' => new(TokenKind.Null, start, text.Length),
            _ => new(text.IndexOfAny(".eE"u8) < 0 ? TokenKind.Integer : TokenKind.Number, start, text.Length),
        });
        return true;
    }
}

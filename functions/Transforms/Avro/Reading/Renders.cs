using System.Buffers.Text;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>Writes a literal: null.</summary>
internal sealed class RenderNull : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        machine.Append("null"u8);
        return true;
    }
}

/// <summary>Writes true or false.</summary>
internal sealed class RenderBoolean : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        var at = machine.At;
        if (!machine.Skip(1)) return false;
        if (machine.Bytes[at] > 1) return machine.Stop("a truth value is neither 0 nor 1");
        machine.Append(machine.Bytes[at] == 1 ? "true"u8 : "false"u8);
        return true;
    }
}

/// <summary>Writes a whole number, or the time it stands for.</summary>
internal sealed class RenderWhole(AvroLogical logical) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var value)) return false;
        if (logical == AvroLogical.None) JsonTexts.Whole(machine, value);
        else JsonTimes.Write(machine, value, logical);
        return true;
    }
}

/// <summary>Writes a fraction; what is no number in JSON as the text that Avro's own libraries write.</summary>
internal sealed class RenderReal(bool isSingle) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryBits(isSingle ? sizeof(float) : sizeof(double), out var bits)) return false;
        if (JsonTexts.TryReal(machine, bits, isSingle)) return true;
        var value = isSingle ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
        machine.Append(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
        return true;
    }
}

/// <summary>Writes a text.</summary>
internal sealed class RenderText(string path) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLength(out var length)) return false;
        if (machine.IsText(machine.At, length, path)) JsonTexts.Text(machine, machine.At, length);
        else machine.Append("null"u8);
        machine.At += length;
        return true;
    }
}

/// <summary>Writes a symbol.</summary>
internal sealed class RenderEnum(string path, (int Start, int Length)[] places) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var symbol)) return false;
        if ((ulong)symbol >= (ulong)places.Length) return machine.Stop("an enum has a symbol that its schema does not have");
        var (start, length) = places[symbol];
        if (start < 0) machine.Refuse(RejectionCode.SchemaMismatch, path);
        else JsonTexts.Text(machine, start, length);
        return true;
    }
}

/// <summary>Writes bytes: a decimal's digits, a UUID, a duration, or Base64.</summary>
/// <param name="size">Bytes of a fixed; -1 where a length stands before them.</param>
internal sealed class RenderBytes(string path, int size, AvroLogical logical, int scale) : AvroNode
{
    private const int UuidTextBytes = 36;

    public override bool Read(AvroMachine machine)
    {
        var length = size;
        if (size < 0 && !machine.TryLength(out length)) return false;
        var start = machine.At;
        if (!machine.Skip(length)) return false;
        switch (logical)
        {
            case AvroLogical.Decimal:
                if (!JsonTexts.TryDecimal(machine, start, length, scale)) machine.Refuse(RejectionCode.OutOfRange, path);
                break;
            case AvroLogical.Uuid:
                var room = machine.Room(UuidTextBytes + 2);
                room[0] = room[UuidTextBytes + 1] = (byte)'"';
                Utf8Formatter.TryFormat(new Guid(machine.Bytes.AsSpan(start, length), bigEndian: true), room[1..], out _);
                machine.Advance(UuidTextBytes + 2);
                break;
            case AvroLogical.Duration:
                JsonTimes.Duration(machine, start);
                break;
            default:
                JsonTexts.Base64Text(machine, start, length);
                break;
        }
        return true;
    }
}

/// <summary>Writes a list or a map.</summary>
internal sealed class RenderList(string path, bool isMap) : AvroNode
{
    public AvroNode Items { get; set; } = null!;

    public bool AreEmpty { get; set; }

    public override bool Read(AvroMachine machine)
    {
        if (!machine.Enter(path)) return false;
        machine.Append(isMap ? "{"u8 : "["u8);
        var isFirst = true;
        while (AvroBlocks.TryCount(machine, AreEmpty, out var items, out _))
        {
            if (items == 0)
            {
                machine.Append(isMap ? "}"u8 : "]"u8);
                return machine.Leave();
            }
            for (; items > 0; items--)
            {
                if (!isFirst) machine.Append(","u8);
                isFirst = false;
                if (isMap && !ReadKey(machine)) return false;
                if (!Items.Read(machine)) return false;
            }
        }
        return false;
    }

    private bool ReadKey(AvroMachine machine)
    {
        if (!machine.TryLength(out var length)) return false;
        if (machine.IsText(machine.At, length, path)) JsonTexts.Text(machine, machine.At, length);
        else machine.Append("\"\""u8);
        machine.At += length;
        machine.Append(":"u8);
        return true;
    }
}

/// <summary>Writes a record.</summary>
internal sealed class RenderRecord(string path, bool hasKeys) : AvroNode
{
    /// <summary>Its fields, each with what stands in front of its value; one without is passed over.</summary>
    public (byte[]? Key, AvroNode Value)[] Fields { get; set; } = [];

    public override bool Read(AvroMachine machine)
    {
        if (!machine.Enter(path)) return false;
        foreach (var (key, value) in Fields)
        {
            if (key is not null) machine.Append(key);
            if (!value.Read(machine)) return false;
        }
        machine.Append(hasKeys ? "}"u8 : "{}"u8);
        return machine.Leave();
    }
}

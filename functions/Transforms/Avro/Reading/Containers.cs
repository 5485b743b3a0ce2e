using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>A record of which columns read something.</summary>
internal sealed class RecordNode(string path, AvroNode[] steps) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.Enter(path)) return false;
        foreach (var step in steps)
            if (!step.Read(machine)) return false;
        return machine.Leave();
    }
}

/// <summary>A map of which columns read some entries.</summary>
internal sealed class MapNode(string path, IReadOnlyList<MapEntry> entries, AvroNode others) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        if (!machine.Enter(path)) return false;
        while (AvroBlocks.TryCount(machine, isEmpty: false, out var items, out _))
        {
            if (items == 0) return machine.Leave();
            for (; items > 0; items--)
                if (!machine.TryLength(out var length) || !ReadEntry(machine, length)) return false;
        }
        return false;
    }

    private bool ReadEntry(AvroMachine machine, int length)
    {
        var key = machine.Bytes.AsSpan(machine.At, length);
        machine.Skip(length);
        foreach (var entry in entries)
        {
            if (!key.SequenceEqual(entry.Key)) continue;
            foreach (var slot in entry.Slots)
                if (machine.Tokens[slot].Kind != TokenKind.Absent) machine.Refuse(RejectionCode.DuplicateKey, entry.Path);
            return entry.Value.Read(machine);
        }
        return others.Read(machine);
    }
}

/// <summary>An entry that is read.</summary>
/// <param name="Slots">Where its values are noted.</param>
internal sealed record MapEntry(byte[] Key, string Path, int[] Slots, AvroNode Value);

/// <summary>The list whose items become rows: it is found now and read later.</summary>
internal sealed class RowListNode(AvroNode item, bool areEmpty, AvroNode skip) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        machine.List = new(machine.At, machine.End, item, areEmpty);
        return skip.Read(machine);
    }
}

/// <summary>Where a list of rows stands.</summary>
/// <param name="End">Behind the last byte it may have.</param>
/// <param name="Item">Reads an item.</param>
/// <param name="AreEmpty">Items have no bytes.</param>
internal readonly record struct RowList(int At, int End, AvroNode? Item, bool AreEmpty);

/// <summary>A field that the writer does not have: its default is read among the constants.</summary>
internal sealed class DefaultNode(int start, int length, AvroNode value) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        var place = machine.MoveTo(start, start + length);
        var isRead = value.Read(machine);
        machine.Return(place);
        return isRead;
    }
}

/// <summary>A value that is read in two ways.</summary>
internal sealed class TwiceNode(AvroNode first, AvroNode second) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        var at = machine.At;
        if (!first.Read(machine)) return false;
        machine.At = at;
        return second.Read(machine);
    }
}

/// <summary>What stands there is of no use to the columns: notes why, and passes over it.</summary>
internal sealed class NotedNode(FieldToken token, int[] slots, AvroNode skip) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        foreach (var slot in slots) machine.Set(slot, token);
        return skip.Read(machine);
    }
}

/// <summary>A value that the reader's schema has no type for.</summary>
internal sealed class MismatchNode(string path, AvroNode skip) : AvroNode
{
    public override bool Read(AvroMachine machine)
    {
        machine.Refuse(RejectionCode.SchemaMismatch, path);
        return skip.Read(machine);
    }
}

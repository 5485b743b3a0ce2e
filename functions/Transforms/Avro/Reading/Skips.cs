namespace Pipeline.Transforms.Avro.Reading;

/// <summary>Values that nobody reads, of a number of bytes the schema tells.</summary>
internal sealed class SkipBytes(int count) : AvroNode
{
    /// <summary>Bytes it passes over.</summary>
    public int Count => count;

    public override bool Read(AvroMachine machine) => machine.Skip(count);
}

/// <summary>An int, a long or an enum's number.</summary>
internal sealed class SkipLong : AvroNode
{
    public override bool Read(AvroMachine machine) => machine.TryLong(out _);
}

/// <summary>A text, or bytes.</summary>
internal sealed class SkipText : AvroNode
{
    public override bool Read(AvroMachine machine) => machine.TryLength(out var length) && machine.Skip(length);
}

/// <summary>A record.</summary>
internal sealed class SkipRecord : AvroNode
{
    public AvroNode[] Fields { get; set; } = [];

    public override bool Read(AvroMachine machine)
    {
        if (!machine.Enter("")) return false;
        foreach (var field in Fields)
            if (!field.Read(machine)) return false;
        return machine.Leave();
    }
}

/// <summary>A list, or a map, whose items have keys.</summary>
internal sealed class SkipList(bool hasKeys) : AvroNode
{
    public AvroNode Items { get; set; } = null!;

    public bool AreEmpty { get; set; }

    public override bool Read(AvroMachine machine)
    {
        if (!machine.Enter("")) return false;
        while (AvroBlocks.TryCount(machine, AreEmpty, out var items, out var bytes))
        {
            if (items == 0) return machine.Leave();
            if (bytes >= 0) machine.Skip((int)bytes);
            else if (!AreEmpty && !ReadItems(machine, items)) return false;
        }
        return false;
    }

    private bool ReadItems(AvroMachine machine, long items)
    {
        for (; items > 0; items--)
        {
            if (hasKeys && !(machine.TryLength(out var length) && machine.Skip(length))) return false;
            if (!Items.Read(machine)) return false;
        }
        return true;
    }
}

/// <summary>The branch of a union that stands there, each read in a way of its own.</summary>
internal sealed class UnionNode : AvroNode
{
    public AvroNode[] Branches { get; set; } = [];

    public override bool Read(AvroMachine machine)
    {
        if (!machine.TryLong(out var branch)) return false;
        return (ulong)branch < (ulong)Branches.Length
            ? Branches[branch].Read(machine)
            : machine.Stop("a union has a branch that its schema does not have");
    }
}

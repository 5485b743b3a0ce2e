namespace Pipeline.Transforms.Avro.Reading;

/// <summary>A step of a plan: reads one value and notes what columns want of it.</summary>
internal abstract class AvroNode
{
    /// <summary>Reads the value that stands next.</summary>
    /// <returns>False when the bytes are none, which <see cref="AvroMachine.Damage"/> tells then.</returns>
    public abstract bool Read(AvroMachine machine);
}

/// <summary>An item of a list, a map or a record's fields that is a list: blocks of items, each with their number.</summary>
internal static class AvroBlocks
{
    /// <summary>Reads the number of items in a block; 0 behind the last one.</summary>
    /// <param name="bytes">Bytes the block says it has; -1 when it does not say.</param>
    /// <param name="isEmpty">Items have no bytes.</param>
    public static bool TryCount(AvroMachine machine, bool isEmpty, out long items, out long bytes)
    {
        (items, bytes) = (0, -1);
        if (!machine.TryLong(out var count)) return false;
        if (count < 0)
        {
            if (count == long.MinValue || !machine.TryLong(out bytes)) return machine.Stop("a list's number of items is impossible");
            if (bytes < 0 || bytes > machine.End - machine.At) return machine.Stop("a list's bytes go beyond the end");
            count = -count;
        }
        items = count;
        if (isEmpty) return machine.TakeEmpty(count);
        return count <= machine.End - machine.At || machine.Stop("a list has more items than bytes are left");
    }
}

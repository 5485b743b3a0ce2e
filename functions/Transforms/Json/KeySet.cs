using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pipeline.Transforms.Json;

/// <summary>The keys of a record's objects that no contract names: how a repeated one is found in one pass and linear time.</summary>
/// <remarks>
/// The hash is seeded by chance for each process, so that nobody can craft keys that collide; no result depends on it.
/// Entries of earlier records are told by their object numbers, which only grow, so nothing is cleared.
/// </remarks>
internal sealed class KeySet
{
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    private Entry[] table = new Entry[256];
    private long firstObject;
    private int count;

    /// <summary>Begins a record.</summary>
    /// <param name="nextObject">Its objects' numbers are from here on.</param>
    public void Begin(long nextObject) => (firstObject, count) = (nextObject, 0);

    /// <summary>Adds a key.</summary>
    /// <param name="inObject">Number of the object that holds it.</param>
    /// <param name="run">The value run.</param>
    /// <param name="decoded">Keys that had escapes, decoded.</param>
    /// <param name="key">Where the key lies.</param>
    /// <returns>False when the object has it already.</returns>
    public bool Add(long inObject, ReadOnlySpan<byte> run, ReadOnlySpan<byte> decoded, KeyPlace key)
    {
        if (count * 2 >= table.Length) Grow();
        var bytes = key.In(run, decoded);
        var hash = Hash(bytes, (ulong)inObject);
        var i = (int)hash & (table.Length - 1);
        for (; table[i].Object >= firstObject; i = (i + 1) & (table.Length - 1))
        {
            ref readonly var entry = ref table[i];
            if (entry.Hash == hash && entry.Object == inObject && entry.Key.In(run, decoded).SequenceEqual(bytes)) return false;
        }
        table[i] = new(inObject, hash, key);
        count++;
        return true;
    }

    private void Grow()
    {
        var old = table;
        table = new Entry[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry.Object < firstObject) continue;
            var i = (int)entry.Hash & (table.Length - 1);
            while (table[i].Object >= firstObject) i = (i + 1) & (table.Length - 1);
            table[i] = entry;
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes, ulong inObject)
    {
        var hash = Mix(Seed ^ inObject, 0xA0761D6478BD642F + (ulong)bytes.Length);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), 0xE7037ED1A0B428DB ^ Seed);
        var tail = 0UL;
        for (var i = 0; i < bytes.Length; i++) tail |= (ulong)bytes[i] << (i * 8);
        return Mix(hash ^ tail, 0x8EBC6AF09C88C6E3 ^ Seed);
    }

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private readonly record struct Entry(long Object, ulong Hash, KeyPlace Key);
}

/// <summary>Where a key's bytes lie: in the value run or, decoded, in a buffer beside it.</summary>
internal readonly record struct KeyPlace(int Start, int Length, bool IsDecoded)
{
    /// <summary>The key's bytes, escapes decoded.</summary>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> run, ReadOnlySpan<byte> decoded) => (IsDecoded ? decoded : run).Slice(Start, Length);
}

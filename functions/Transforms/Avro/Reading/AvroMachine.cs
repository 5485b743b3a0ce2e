using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>Where a plan's nodes read, what they find, and what is wrong.</summary>
/// <remarks>
/// The run of bytes holds what plans know beforehand, then the data, then texts that are made of values. A fault of the bytes ends the
/// reading, for nothing behind it can be found; a fault of a value is noted, the first one, and reading goes on.
/// </remarks>
internal sealed class AvroMachine(int slots, int maxDepth)
{
    /// <summary>Containers in each other at which reading ends, whatever the contract allows.</summary>
    private const int HardDepth = 600;

    /// <summary>Readable bytes behind what is written at least, so that short texts are copied as vectors.</summary>
    private const int PaddingBytes = 64;

    private readonly FieldToken[] tokens = new FieldToken[slots];
    private int depth;
    private long emptyItems;

    /// <summary>The run.</summary>
    public byte[] Bytes { get; private set; } = new byte[1024];

    /// <summary>The byte that is read next.</summary>
    public int At { get; set; }

    /// <summary>Behind the last byte that may be read.</summary>
    public int End { get; private set; }

    /// <summary>Behind the last byte of the run.</summary>
    public int Tail { get; private set; }

    /// <summary>What is noted at each path.</summary>
    public ReadOnlySpan<FieldToken> Tokens => tokens;

    /// <summary>The list of rows; one without a node when there is none.</summary>
    public RowList List { get; set; }

    /// <summary>What is wrong with a value; null while nothing is.</summary>
    public (RejectionCode Code, string Field)? Fault { get; private set; }

    /// <summary>Why the bytes are no value of their schema; null while they are.</summary>
    public string? Damage { get; private set; }

    /// <summary>Empties the run and makes room for data.</summary>
    /// <param name="constants">What plans know beforehand, at the places they know.</param>
    /// <returns>Room for the data, which begin behind the constants.</returns>
    public Span<byte> Begin(ReadOnlySpan<byte> constants, int dataBytes)
    {
        Tail = 0;
        Reserve(checked(constants.Length + dataBytes));
        constants.CopyTo(Bytes);
        Tail = constants.Length + dataBytes;
        return Bytes.AsSpan(constants.Length, dataBytes);
    }

    /// <summary>Forgets texts from a place on.</summary>
    public void TruncateTail(int tail) => Tail = tail;

    /// <summary>Begins a datum.</summary>
    /// <param name="end">Behind the last byte it may have.</param>
    /// <param name="maxEmptyItems">Items without bytes that it may have in all.</param>
    public void Open(int at, int end, int maxEmptyItems)
    {
        (At, End, List, emptyItems) = (at, end, default, maxEmptyItems);
        BeginValue();
        Array.Clear(tokens);
    }

    /// <summary>Forgets what was wrong with the values before.</summary>
    public void BeginValue() => (Fault, Damage, depth) = (null, null, 0);

    /// <summary>Forgets what was noted at some paths.</summary>
    public void Clear(ReadOnlySpan<int> paths)
    {
        foreach (var slot in paths) tokens[slot] = default;
    }

    /// <summary>Notes what is at a path.</summary>
    public void Set(int slot, in FieldToken token) => tokens[slot] = token;

    /// <summary>Notes a fault of a value, if it is the first.</summary>
    public void Refuse(RejectionCode code, string field) => Fault ??= (code, field);

    /// <summary>Ends the reading.</summary>
    public bool Stop(string damage)
    {
        Damage ??= damage;
        return false;
    }

    /// <summary>Enters a container.</summary>
    public bool Enter(string path)
    {
        depth++;
        if (depth <= maxDepth) return true;
        Refuse(RejectionCode.TooDeep, path);
        return depth <= HardDepth || Stop($"values are nested deeper than {HardDepth}");
    }

    /// <summary>Leaves it.</summary>
    public bool Leave()
    {
        depth--;
        return true;
    }

    /// <summary>Counts items that have no bytes: only a bound of our own ends them.</summary>
    public bool TakeEmpty(long items)
    {
        emptyItems -= items;
        return emptyItems >= 0 || Stop("a list has more items without bytes than the contract's max_record_bytes");
    }

    /// <summary>Reads an int or a long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLong(out long value)
    {
        if (At < End && Bytes[At] is < 0x80 and var only)
        {
            At++;
            value = only >> 1 ^ -(only & 1);
            return true;
        }
        return TryWide(out value);
    }

    /// <summary>Reads the length of what follows and makes sure that it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLength(out int length)
    {
        if (TryLong(out var value) && (ulong)value <= (ulong)(End - At))
        {
            length = (int)value;
            return true;
        }
        length = 0;
        return Stop("a length is negative or goes beyond the end");
    }

    /// <summary>Passes over bytes.</summary>
    public bool Skip(int count)
    {
        if (count > End - At) return Stop("it ends in the middle of a value");
        At += count;
        return true;
    }

    /// <summary>Reads four or eight bytes of a number.</summary>
    public bool TryBits(int count, out ulong bits)
    {
        bits = 0;
        if (count > End - At) return Stop("it ends in the middle of a value");
        bits = count == sizeof(uint)
            ? BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(At))
            : BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(At));
        At += count;
        return true;
    }

    /// <summary>Whether a text can be kept; otherwise that is noted.</summary>
    public bool IsText(int start, int length, string path)
    {
        var text = Bytes.AsSpan(start, length);
        if (!Utf8.IsValid(text)) Refuse(RejectionCode.BadUtf8, path);
        else if (text.Contains((byte)0)) Refuse(RejectionCode.NulCharacter, path);
        else return true;
        return false;
    }

    /// <summary>Room behind the run for a text.</summary>
    public Span<byte> Room(int count)
    {
        Reserve(checked(Tail + count));
        return Bytes.AsSpan(Tail, count);
    }

    /// <summary>Makes bytes written into <see cref="Room"/> part of the run.</summary>
    public void Advance(int count) => Tail += count;

    /// <summary>Adds bytes to the run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Bytes.Length - Tail - PaddingBytes) Reserve(checked(Tail + bytes.Length));
        bytes.CopyTo(Bytes.AsSpan(Tail));
        Tail += bytes.Length;
    }

    /// <summary>Adds bytes of the run to it.</summary>
    public void AppendOwn(int start, int length)
    {
        var room = Room(length);
        Bytes.AsSpan(start, length).CopyTo(room);
        Tail += length;
    }

    /// <summary>Reads elsewhere in the run for a while: a default stands among the constants.</summary>
    public (int At, int End) MoveTo(int at, int end)
    {
        var before = (At, End);
        (At, End) = (at, end);
        return before;
    }

    /// <summary>Goes back.</summary>
    public void Return((int At, int End) place) => (At, End) = place;

    private bool TryWide(out long value)
    {
        var bits = 0UL;
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (At >= End) return Stop("it ends in the middle of a number");
            var part = Bytes[At++];
            if (shift == 63 && part > 1) break;
            bits |= (ulong)(part & 0x7F) << shift;
            if (part >= 0x80) continue;
            value = (long)(bits >> 1) ^ -(long)(bits & 1);
            return true;
        }
        return Stop("a number has more than 64 bits");
    }

    private void Reserve(int wanted)
    {
        wanted = checked(wanted + PaddingBytes);
        if (Bytes.Length >= wanted) return;
        var larger = new byte[(int)Math.Min((ulong)Array.MaxLength, BitOperations.RoundUpToPowerOf2((ulong)wanted))];
        Bytes.AsSpan(0, Tail).CopyTo(larger);
        Bytes = larger;
    }
}

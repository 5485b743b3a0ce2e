using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Pipeline.Transforms.Json;

/// <summary>One name on a path of the contract: the root, an object on the way, or a field that is read. Or a name that no path has and
/// that records were seen to have, so that it is found as fast.</summary>
internal sealed class PlanNode
{
    private readonly Dictionary<string, PlanNode> children = new(StringComparer.Ordinal);
    private Entry[] table = [];
    private int shift;
    private int used;

    private PlanNode(int id, string path, PlanNode? parent = null, byte[]? learnedName = null) =>
        (Id, Path, Parent, LearnedName) = (id, path, parent, learnedName);

    /// <summary>Numbers the nodes of one tree from 0, the root.</summary>
    public int Id { get; }

    /// <summary>Dotted path; empty for the root and for names that no path has.</summary>
    public string Path { get; }

    /// <summary>The node of the object that has the name; null for the root.</summary>
    public PlanNode? Parent { get; }

    /// <summary>A name that no path has; null for one of the contract's.</summary>
    public byte[]? LearnedName { get; }

    /// <summary>Whether people want to hear of names below it that are not the contract's.</summary>
    public bool HasNews => LearnedName is null && !KeptWhole;

    /// <summary>One for a name that people want to hear of, otherwise nought.</summary>
    public int News { get; private init; }

    /// <summary>Records that had the name and are not counted yet.</summary>
    public long Uncounted { get; set; }

    /// <summary>The slot its value is stored in; -1 for a node that is only on the way.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>Where a scalar value is noted: its slot, or the one that takes what nobody reads.</summary>
    public int NoteSlot { get; private set; }

    /// <summary>Its value is kept as text, so that nothing in it is unknown.</summary>
    public bool KeptWhole { get; set; }

    /// <summary>Slots of the nodes below it.</summary>
    public int[] SlotsBelow { get; private set; } = [];

    /// <summary>Other nodes of the contract are below it.</summary>
    public bool IsParent => SlotsBelow.Length != 0;

    /// <summary>A tree of the given paths; path i is stored in slot i.</summary>
    /// <returns>The root and the number of nodes.</returns>
    public static (PlanNode Root, int Nodes) Tree(IReadOnlyList<string> paths, IReadOnlySet<string> keptWhole)
    {
        var root = new PlanNode(0, "");
        var nodes = 1;
        for (var slot = 0; slot < paths.Count; slot++)
        {
            var node = root;
            foreach (var name in paths[slot].Split('.'))
            {
                if (!node.children.TryGetValue(name, out var child))
                    node.children.Add(name, child = new(nodes++, node.Path.Length == 0 ? name : $"{node.Path}.{name}", node)
                    {
                        NoteSlot = paths.Count,
                    });
                node = child;
            }
            node.Slot = node.NoteSlot = slot;
            node.KeptWhole = keptWhole.Contains(paths[slot]);
        }
        root.Seal();
        return (root, nodes);
    }

    /// <summary>The child of a name.</summary>
    /// <param name="name">Its bytes; a vector's length can be read from there on, whatever the name's length is.</param>
    /// <returns>Null for a name that is neither the contract's nor learned.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PlanNode? Find(ref byte name, int length)
    {
        if (table.Length == 0) return null;
        var head = Vector256.LoadUnsafe(ref name);
        var kept = (uint)((1UL << Math.Min(length, Vector256<byte>.Count)) - 1);
        for (var i = SlotOf(head.AsUInt64()[0], length); ; i = (i + 1) & (table.Length - 1))
        {
            ref readonly var entry = ref table[i];
            if (entry.Node is null) return null;
            if (entry.Length == length && (~Vector256.Equals(head, entry.Head).ExtractMostSignificantBits() & kept) == 0
                && (length <= Vector256<byte>.Count || entry.Name.AsSpan().SequenceEqual(MemoryMarshal.CreateReadOnlySpan(ref name, length))))
                return entry.Node;
        }
    }

    /// <summary>Learns a name that no path has.</summary>
    /// <param name="unread">The slot that takes what nobody reads.</param>
    public PlanNode Learn(int id, ReadOnlySpan<byte> name, int unread)
    {
        var child = new PlanNode(id, "", this, name.ToArray()) { NoteSlot = unread, News = HasNews ? 1 : 0 };
        Insert(child.LearnedName!, child);
        return child;
    }

    private void Seal()
    {
        foreach (var (name, child) in children)
        {
            child.Seal();
            Insert(Encoding.UTF8.GetBytes(name), child);
        }
        SlotsBelow = [.. children.Values.SelectMany(child => child.Slot < 0 ? child.SlotsBelow : [child.Slot, .. child.SlotsBelow])];
    }

    private void Insert(byte[] name, PlanNode child)
    {
        if (used * 2 >= table.Length) Grow();
        Span<byte> padded = stackalloc byte[Vector256<byte>.Count];
        padded.Clear();
        name.AsSpan(0, Math.Min(name.Length, padded.Length)).CopyTo(padded);
        Insert(new(Vector256.Create<byte>(padded), name.Length, name, child));
        used++;
    }

    private void Insert(in Entry entry)
    {
        var i = SlotOf(entry.Head.AsUInt64()[0], entry.Length);
        while (table[i].Node is not null) i = (i + 1) & (table.Length - 1);
        table[i] = entry;
    }

    private void Grow()
    {
        var old = table;
        table = new Entry[Math.Max(4, old.Length * 2)];
        shift = 64 - System.Numerics.BitOperations.Log2((uint)table.Length);
        foreach (var entry in old)
            if (entry.Node is not null) Insert(entry);
    }

    /// <summary>By the name's length and its first bytes, eight at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ulong head, int length)
    {
        head &= length >= 8 ? ulong.MaxValue : (1UL << (length * 8)) - 1;
        return (int)(((head ^ (ulong)length) * 0x9E3779B97F4A7C15) >> shift);
    }

    /// <param name="Head">The name's first bytes, as many as a vector holds.</param>
    private readonly record struct Entry(Vector256<byte> Head, int Length, byte[] Name, PlanNode? Node);
}

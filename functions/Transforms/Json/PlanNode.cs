using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Transforms.Json;

/// <summary>One name on a path of the contract: the root, an object on the way, or a field that is read.</summary>
internal sealed class PlanNode
{
    private readonly Dictionary<string, PlanNode> children = new(StringComparer.Ordinal);
    private Entry[] table = [];
    private int shift;

    private PlanNode(int id, string path) => (Id, Path) = (id, path);

    /// <summary>Numbers the nodes of one plan from 0, the root.</summary>
    public int Id { get; }

    /// <summary>Dotted path; empty for the root.</summary>
    public string Path { get; }

    /// <summary>The slot its value is stored in; -1 for a node that is only on the way.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>Its value is kept as text, so that nothing in it is unknown.</summary>
    public bool KeptWhole { get; set; }

    /// <summary>Slots of the nodes below it.</summary>
    public int[] SlotsBelow { get; private set; } = [];

    /// <summary>Other nodes are below it.</summary>
    public bool IsParent => table.Length != 0;

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
                    node.children.Add(name, child = new(nodes++, node.Path.Length == 0 ? name : $"{node.Path}.{name}"));
                node = child;
            }
            node.Slot = slot;
            node.KeptWhole = keptWhole.Contains(paths[slot]);
        }
        root.Seal();
        return (root, nodes);
    }

    /// <summary>The child of a name.</summary>
    /// <param name="run">Bytes the name lies in.</param>
    /// <returns>Null when the contract names no such field.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PlanNode? Find(ReadOnlySpan<byte> run, int start, int length)
    {
        if (table.Length == 0) return null;
        var head = Head(run, start, length);
        for (var i = SlotOf(head, length); ; i = (i + 1) & (table.Length - 1))
        {
            ref readonly var entry = ref table[i];
            if (entry.Node is null) return null;
            if (entry.Head == head && entry.Name.Length == length && (length <= 8 || run.Slice(start, length).SequenceEqual(entry.Name)))
                return entry.Node;
        }
    }

    private void Seal()
    {
        var size = 0;
        if (children.Count != 0) size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)children.Count * 2);
        table = new Entry[size];
        shift = 64 - System.Numerics.BitOperations.Log2((uint)Math.Max(1, size));
        foreach (var (name, child) in children)
        {
            child.Seal();
            var bytes = Encoding.UTF8.GetBytes(name);
            var head = Head(bytes, 0, bytes.Length);
            var i = SlotOf(head, bytes.Length);
            while (table[i].Node is not null) i = (i + 1) & (size - 1);
            table[i] = new(head, bytes, child);
        }
        SlotsBelow = [.. children.Values.SelectMany(child => child.Slot < 0 ? child.SlotsBelow : [child.Slot, .. child.SlotsBelow])];
    }

    private int SlotOf(ulong head, int length) => (int)(((head ^ (ulong)length) * 0x9E3779B97F4A7C15) >> shift);

    /// <summary>The first eight bytes of a name as one number, zeros behind a shorter one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Head(ReadOnlySpan<byte> run, int start, int length)
    {
        if (length >= 8) return BinaryPrimitives.ReadUInt64LittleEndian(run[start..]);
        if (start + 8 <= run.Length) return BinaryPrimitives.ReadUInt64LittleEndian(run[start..]) & ((1UL << (length * 8)) - 1);
        var head = 0UL;
        for (var i = 0; i < length; i++) head |= (ulong)run[start + i] << (i * 8);
        return head;
    }

    private readonly record struct Entry(ulong Head, byte[] Name, PlanNode? Node);
}

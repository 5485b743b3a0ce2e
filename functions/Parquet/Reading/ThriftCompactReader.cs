namespace Pipeline.Parquet.Reading;

/// <summary>Reads Thrift's compact protocol from bytes nobody vouches for: never past their end, never deeper than a few structs.</summary>
/// <remarks>https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md</remarks>
internal ref struct ThriftCompactReader(ReadOnlySpan<byte> bytes)
{
    private const int TrueCode = 1, FalseCode = 2, ByteCode = 3, Int16Code = 4, Int32Code = 5, Int64Code = 6, DoubleCode = 7,
        BinaryCode = 8, ListCode = 9, SetCode = 10, MapCode = 11, StructCode = 12, UuidCode = 13, MaxSkippedDepth = 16;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int lastField;

    /// <summary>Bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>Begins a struct that stands alone or is a list's element.</summary>
    /// <returns>What <see cref="EndStruct"/> wants back.</returns>
    public int BeginStruct()
    {
        var outer = lastField;
        lastField = 0;
        return outer;
    }

    /// <summary>Begins a struct that is a field.</summary>
    public int BeginStruct(int code)
    {
        Expect(code, StructCode);
        return BeginStruct();
    }

    /// <summary>Goes back to the struct around.</summary>
    public void EndStruct(int outer) => lastField = outer;

    /// <summary>The next field of the struct; false at its end.</summary>
    public bool NextField(out int field, out int code)
    {
        var header = Byte();
        code = header & 15;
        if (header == 0)
        {
            field = 0;
            return false;
        }

        var step = header >> 4;
        lastField = field = step == 0 ? (short)ZigZag(Varint()) : lastField + step;
        return true;
    }

    public readonly bool Bool(int code) => code switch
    {
        TrueCode => true,
        FalseCode => false,
        _ => throw WrongCode(code),
    };

    public int Int8(int code)
    {
        Expect(code, ByteCode);
        return (sbyte)Byte();
    }

    public int Int32(int code)
    {
        Expect(code, Int32Code);
        return Int32Element();
    }

    public int Int32Element()
    {
        var value = ZigZag(Varint());
        return value == (int)value ? (int)value : throw Damage.Is($"a 32-bit number of the metadata is {value}.");
    }

    public long Int64(int code)
    {
        Expect(code, Int64Code);
        return ZigZag(Varint());
    }

    public string Text(int code)
    {
        Expect(code, BinaryCode);
        return System.Text.Encoding.UTF8.GetString(Take(Varint()));
    }

    public ReadOnlySpan<byte> Bytes(int code)
    {
        Expect(code, BinaryCode);
        return Take(Varint());
    }

    /// <summary>A list of 32-bit numbers.</summary>
    public int[] Int32s(int code)
    {
        Expect(code, ListCode);
        var values = new int[BeginList(out var elementCode)];
        if (values.Length > 0) Expect(elementCode, Int32Code);
        for (var i = 0; i < values.Length; i++) values[i] = Int32Element();
        return values;
    }

    /// <summary>Begins a list of structs.</summary>
    /// <returns>Elements; each takes at least a byte, so never more than there are bytes.</returns>
    public int BeginStructs(int code)
    {
        Expect(code, ListCode);
        var count = BeginList(out var elementCode);
        if (count > 0) Expect(elementCode, StructCode);
        return count;
    }

    /// <summary>Passes over a field's value.</summary>
    public void Skip(int code) => Skip(code, isElement: false, MaxSkippedDepth);

    private void Skip(int code, bool isElement, int depth)
    {
        if (depth == 0) throw Damage.Is("the metadata is nested too deeply.");
        switch (code)
        {
            case TrueCode or FalseCode when !isElement: break;
            case TrueCode or FalseCode or ByteCode: Take(1); break;
            case Int16Code or Int32Code or Int64Code: Varint(); break;
            case DoubleCode: Take(sizeof(double)); break;
            case UuidCode: Take(16); break;
            case BinaryCode: Take(Varint()); break;
            case ListCode or SetCode: SkipList(depth); break;
            case MapCode: SkipMap(depth); break;
            case StructCode: SkipStruct(depth); break;
            default: throw WrongCode(code);
        }
    }

    private void SkipStruct(int depth)
    {
        var outer = BeginStruct();
        while (NextField(out _, out var code)) Skip(code, isElement: false, depth - 1);
        EndStruct(outer);
    }

    private void SkipList(int depth)
    {
        for (var left = BeginList(out var code); left > 0; left--) Skip(code, isElement: true, depth - 1);
    }

    private void SkipMap(int depth)
    {
        var count = Count(Varint());
        if (count == 0) return;
        var codes = Byte();
        for (; count > 0; count--)
        {
            Skip(codes >> 4, isElement: true, depth - 1);
            Skip(codes & 15, isElement: true, depth - 1);
        }
    }

    private int BeginList(out int elementCode)
    {
        var header = Byte();
        elementCode = header & 15;
        return Count(header >> 4 == 15 ? Varint() : (ulong)(header >> 4));
    }

    private readonly int Count(ulong count) =>
        count <= (ulong)(bytes.Length - Position)
            ? (int)count
            : throw Damage.Is($"a list of {count} elements stands in {bytes.Length - Position} bytes of metadata.");

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position)) throw Damage.Is("the metadata ends too early.");
        var taken = bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Damage.Is("a number of the metadata has more than 64 bits.");
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static void Expect(int code, int expected)
    {
        if (code != expected) throw WrongCode(code);
    }

    private static InvalidDataException WrongCode(int code) =>
        Damage.Is($"the metadata holds a value of Thrift type {code} where none belongs.");
}

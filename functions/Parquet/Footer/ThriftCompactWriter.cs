using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Footer;

/// <summary>Thrift's compact protocol, as much of it as Parquet's page headers and footers need.</summary>
/// <remarks>
/// Fields of a struct go in ascending order. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
/// </remarks>
internal sealed class ThriftCompactWriter(ByteBuffer into)
{
    /// <summary>Type codes of list elements.</summary>
    public const int BoolCode = 1, Int32Code = 5, Int64Code = 6, BinaryCode = 8, StructCode = 12;

    private const int TrueCode = 1, FalseCode = 2, Int16Code = 4, ListCode = 9, MaxDepth = 8;

    private readonly int[] outerFields = new int[MaxDepth];
    private int depth;
    private int lastField;

    public void Bool(int field, bool value) => Header(field, value ? TrueCode : FalseCode);

    public void Int16(int field, short value)
    {
        Header(field, Int16Code);
        into.WriteVarint(ZigZag(value));
    }

    public void Int32(int field, int value)
    {
        Header(field, Int32Code);
        into.WriteVarint(ZigZag(value));
    }

    public void Int64(int field, long value)
    {
        Header(field, Int64Code);
        into.WriteVarint(ZigZag(value));
    }

    public void Binary(int field, ReadOnlySpan<byte> value)
    {
        Header(field, BinaryCode);
        BinaryElement(value);
    }

    public void Text(int field, string value) => Binary(field, System.Text.Encoding.UTF8.GetBytes(value));

    public void BeginList(int field, int elementCode, int count)
    {
        Header(field, ListCode);
        if (count < 15)
        {
            into.WriteByte((byte)(count << 4 | elementCode));
            return;
        }

        into.WriteByte((byte)(0xF0 | elementCode));
        into.WriteVarint((ulong)count);
    }

    public void Int32Element(int value) => into.WriteVarint(ZigZag(value));

    public void Int64Element(long value) => into.WriteVarint(ZigZag(value));

    public void BoolElement(bool value) => into.WriteByte((byte)(value ? TrueCode : FalseCode));

    public void TextElement(string value) => BinaryElement(System.Text.Encoding.UTF8.GetBytes(value));

    public void BinaryElement(ReadOnlySpan<byte> value)
    {
        into.WriteVarint((ulong)value.Length);
        into.Write(value);
    }

    /// <summary>Begins a struct that is a field.</summary>
    public void BeginStruct(int field)
    {
        Header(field, StructCode);
        BeginStruct();
    }

    /// <summary>Begins a struct that is a list's element or stands alone.</summary>
    public void BeginStruct()
    {
        outerFields[depth++] = lastField;
        lastField = 0;
    }

    public void EndStruct()
    {
        into.WriteByte(0);
        lastField = outerFields[--depth];
    }

    /// <summary>Writes a field whose struct has no fields: how unions name a case.</summary>
    public void EmptyStruct(int field)
    {
        BeginStruct(field);
        EndStruct();
    }

    private void Header(int field, int code)
    {
        var step = field - lastField;
        if (step is >= 1 and <= 15)
        {
            into.WriteByte((byte)(step << 4 | code));
        }
        else
        {
            into.WriteByte((byte)code);
            into.WriteVarint(ZigZag(field));
        }

        lastField = field;
    }

    private static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);
}

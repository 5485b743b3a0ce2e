using System.Globalization;
using System.Text;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>A protobuf message taken apart without its schema: https://protobuf.dev/programming-guides/encoding/.</summary>
internal sealed class ProtoFields
{
    private readonly List<(int Number, ulong Value, byte[] Bytes)> fields = [];

    public static ProtoFields Of(ReadOnlySpan<byte> message)
    {
        var read = new ProtoFields();
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
            read.fields.Add(wire switch
            {
                0 => (number, Varint(ref message), []),
                1 => (number, BitConverter.ToUInt64(Take(ref message, 8)), []),
                2 => (number, 0, Take(ref message, (int)Varint(ref message))),
                5 => (number, BitConverter.ToUInt32(Take(ref message, 4)), []),
                _ => throw new InvalidDataException($"Wire type {wire} is not one of OTLP's."),
            });
        }
        return read;
    }

    public IEnumerable<ProtoFields> Messages(int number) =>
        fields.Where(field => field.Number == number).Select(field => Of(field.Bytes));

    public string Text(int number) => Encoding.UTF8.GetString(BytesOf(number));

    public string Hex(int number) => Convert.ToHexStringLower(BytesOf(number));

    /// <summary>An AnyValue: text, or a whole number.</summary>
    public string Value() => fields[0].Number == 1 ? Text(1) : fields[0].Value.ToString(CultureInfo.InvariantCulture);

    private byte[] BytesOf(int number) => fields.FirstOrDefault(field => field.Number == number).Bytes ?? [];

    private static byte[] Take(ref ReadOnlySpan<byte> message, int length)
    {
        var taken = message[..length].ToArray();
        message = message[length..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        var (value, shift, at) = (0UL, 0, 0);
        for (; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) break;
        }
        message = message[at..];
        return value;
    }
}

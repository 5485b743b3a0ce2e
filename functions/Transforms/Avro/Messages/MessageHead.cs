using System.Buffers.Binary;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Avro.Messages;

/// <summary>What stands in front of a message's datum.</summary>
/// <param name="Bytes">Bytes of it; the datum begins behind them.</param>
/// <param name="Schema">The schema it names.</param>
internal readonly record struct MessageHead(int Bytes, AvroSchemaName Schema)
{
    /// <summary>A zero and a registry's id of four bytes, the highest first.</summary>
    /// <remarks>https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format</remarks>
    private const int RegistryBytes = 5;

    /// <summary>C3 01 and a fingerprint, the lowest byte first.</summary>
    /// <remarks>https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding</remarks>
    private const int SingleObjectBytes = 10;

    /// <summary>Reads it; null when a message begins in neither way.</summary>
    public static MessageHead? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length >= RegistryBytes && message[0] == 0)
            return new(RegistryBytes, AvroSchemaName.OfId(BinaryPrimitives.ReadUInt32BigEndian(message[1..])));
        if (message.Length >= SingleObjectBytes && message[0] == 0xC3 && message[1] == 0x01)
            return new(SingleObjectBytes, AvroSchemaName.OfFingerprint(BinaryPrimitives.ReadUInt64LittleEndian(message[2..])));
        return null;
    }
}

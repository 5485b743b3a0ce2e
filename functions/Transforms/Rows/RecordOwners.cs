using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Segments;

namespace Pipeline.Transforms.Rows;

/// <summary>The 64 bits by which the key of a row tells its record.</summary>
/// <remarks>Positions of one shard never meet; of two shards they would have to lie as far apart as 64 random bits say.</remarks>
public static class RecordOwners
{
    /// <summary>Those of a shard's position 0; the others follow it, around the end of 64 bits.</summary>
    public static long FirstOf(Shard shard) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(shard.ToString()))) | 1;

    /// <summary>Those of a position.</summary>
    public static long Of(long firstOfShard, long position) => unchecked(firstOfShard + position);
}

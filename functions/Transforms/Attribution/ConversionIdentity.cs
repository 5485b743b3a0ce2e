using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pipeline.Transforms.Attribution;

/// <summary>Makes 128 bits of what identifies a conversion on its day: the sent id, or else user, campaign, instant and type.</summary>
internal sealed class ConversionIdentity
{
    private byte[] bytes = new byte[256];
    private int length;

    /// <summary>The identity of a row whose columns are there already.</summary>
    public UInt128 Of(ConversionRows rows, int row)
    {
        length = 0;
        var isSent = rows.ConversionId(row).Length > 0;
        Append(isSent ? 1 : 0);
        if (isSent)
        {
            Append(UtcDays.Of(rows.Times[row]));
            Append(rows.ConversionId(row));
        }
        else
        {
            Append(rows.Times[row]);
            Append(rows.UserId(row));
            Append(rows.CampaignOf[row] == ConversionRows.NoCampaign ? 0 : 1);
            Append(rows.Campaign(row));
            Append(rows.Type(row));
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, length), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        Append(text.Length);
        Reserve(text.Length);
        text.CopyTo(bytes.AsSpan(length));
        length += text.Length;
    }

    private void Append(long number)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(length), number);
        length += sizeof(long);
    }

    private void Reserve(int more)
    {
        if (bytes.Length - length < more) Array.Resize(ref bytes, (length + more) * 2);
    }
}

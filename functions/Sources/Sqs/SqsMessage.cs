using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Publications;

namespace Pipeline.Sources.Sqs;

/// <summary>A message as one receive delivered it.</summary>
/// <param name="Id">Given by SQS when it was sent; the same in every delivery.</param>
/// <param name="Receipt">This delivery's handle.</param>
/// <param name="Body">UTF-8.</param>
/// <param name="SentMs">When it was sent, milliseconds since the Unix epoch.</param>
public sealed record SqsMessage(string Id, string Receipt, byte[] Body, long SentMs)
{
    /// <summary>The message of an answer's item; null when its body is not the one that was sent, which another delivery may heal.</summary>
    internal static SqsMessage? Read(JsonElement item)
    {
        var body = Encoding.UTF8.GetBytes(item.GetProperty("Body").GetString()!);
        if (item.GetProperty("MD5OfBody").GetString() != Convert.ToHexStringLower(MD5.HashData(body))) return null;
        var sent = item.GetProperty("Attributes").GetProperty("SentTimestamp").GetString()!;
        return new(
            item.GetProperty("MessageId").GetString()!, item.GetProperty("ReceiptHandle").GetString()!, body,
            long.Parse(sent, System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>A message that the dataset's decoder refuses, and why.</summary>
/// <param name="Field">Empty for the message as a whole.</param>
/// <param name="Reason">One sentence; it never holds a value.</param>
public sealed record PoisonMessage(SqsMessage Message, RejectionCode Code, string Field, string Reason);

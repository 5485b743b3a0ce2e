using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipeline.Sandbox.Generating;

/// <summary>Writes events of the topic <c>user-actions</c> whose key order and optional fields vary at random, as those of many producers
/// do: hardly two in a row look alike. Always the same for the same lines and seed.</summary>
public sealed class ShuffledUserActions
{
    private const int Users = 200_000, Products = 5_000, Days = 5, FlushBytes = 1 << 20;

    private static readonly DateTime FirstDay = new(2023, 10, 23, 0, 0, 0, DateTimeKind.Utc);

    private static readonly string[] EventNames = ["view", "click", "add_to_cart", "purchase", "search", "wishlist", "share"];

    private static readonly string[] Platforms = ["web", "ios", "android", "tv"];

    private readonly ArrayBufferWriter<byte> buffer = new(FlushBytes + 4096);
    private readonly Random random;

    private ShuffledUserActions(int seed) => random = new(seed);

    /// <summary>Writes the records, one a line, each line ended by a line feed.</summary>
    public static void Write(Stream stream, long lines, int seed = 1)
    {
        var events = new ShuffledUserActions(seed);
        for (var line = 0L; line < lines; line++)
        {
            Encoding.UTF8.GetBytes(events.Next() + "\n", events.buffer);
            if (events.buffer.WrittenCount < FlushBytes && line + 1 < lines) continue;
            stream.Write(events.buffer.WrittenSpan);
            events.buffer.ResetWrittenCount();
        }
    }

    private string Next()
    {
        var time = FirstDay.AddSeconds(random.Next(Days * 86_400)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var product = random.Next(Products);
        var user = Shuffled([$"\"platform\":\"{Any(Platforms)}\"", $"\"id\":\"user_{random.Next(Users)}\""]);
        var information = Shuffled([$"\"SKU\":\"SKU-{1000 + product}\"", .. Maybe($"\"name\":\"Compact Headset {product}\"")]);
        return Shuffled([
            $"\"timestamp\":\"{time}\"", $"\"event_name\":\"{Any(EventNames)}\"", $"\"user_identifiers\":{user}",
            $"\"product_information\":{information}", .. Maybe($"\"session\":\"s-{random.Next(Users)}\""),
            .. Maybe($"\"page\":{{\"depth\":{random.Next(100)},\"seen\":true}}")]);
    }

    private string[] Maybe(string member) => random.Next(2) == 0 ? [] : [member];

    private string Shuffled(string[] ofObject)
    {
        random.Shuffle(ofObject);
        return $"{{{string.Join(',', ofObject)}}}";
    }

    private string Any(string[] texts) => texts[random.Next(texts.Length)];
}

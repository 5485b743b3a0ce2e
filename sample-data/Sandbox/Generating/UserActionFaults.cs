using System.Text;

namespace Pipeline.Sandbox.Generating;

/// <summary>Turns a good record into one that must be refused, with the code it must be refused for.</summary>
internal static class UserActionFaults
{
    private const int MaxRecordBytes = 1024 * 1024;
    private const int MaxDepth = 64;

    // A record of this kind is as large as five thousand others, so it comes rarely.
    private const uint OneTooLargeAmong = 512;

    private static readonly (string Verdict, Func<string, string> Damage)[] Kinds =
    [
        ("missing", good => good.Replace("\"timestamp\":", "\"time\":")),
        ("null", good => good.Replace("\"platform\":", "\"platform\":null,\"was\":")),
        ("wrong_type", good => good.Replace("\"id\":", "\"id\":17,\"was\":")),
        ("bad_utf8", good => good.Replace("\"name\":\"", "\"name\":\"\u00FF")),
        ("bad_utf8", good => good.Replace("\"name\":\"", "\"name\":\"\\ud83d")),
        ("nul_character", good => good.Replace("\"name\":\"", "\"name\":\"\\u0000")),
        ("too_deep", good => Insert(good, $"\"trace\":{new string('[', MaxDepth)}{new string(']', MaxDepth)}")),
        ("duplicate_key", good => Insert(good, "\"event_name\":\"view\"")),
        ("truncated", good => good[..(good.Length / 2)]),
        ("malformed_json", good => good.Replace("\"event_name\":", "\"event_name\"=")),
        ("not_an_object", good => $"[{good}]"),
        ("bad_timestamp", good => good.Replace("\"timestamp\":\"", "\"timestamp\":\"on ")),
        ("timestamp_without_zone", good => good.Replace("Z\",", "\",")),
        ("out_of_range", good => good.Replace("\"timestamp\":", "\"timestamp\":\"0001-01-01T00:00:00+00:01\",\"was\":")),
        ("too_long", good => good.Replace("\"event_name\":\"", "\"event_name\":\"" + new string('x', 64))),
        ("empty", good => good.Replace("\"event_name\":", "\"event_name\":\"\",\"was\":")),
    ];

    /// <summary>A bad record for a random number; the good one is ASCII and without its line feed.</summary>
    public static (byte[] Record, string Verdict) Make(ReadOnlySpan<byte> good, uint random)
    {
        var text = Encoding.ASCII.GetString(good);
        if (random % OneTooLargeAmong == 0) return (Bytes(TooLarge(text)), "too_large");
        var (verdict, damage) = Kinds[random / OneTooLargeAmong % Kinds.Length];
        return (Bytes(damage(text)), verdict);
    }

    private static string TooLarge(string good)
    {
        var oneByteOver = MaxRecordBytes + 1 - Insert(good, "\"note\":\"\"").Length;
        return Insert(good, $"\"note\":\"{new string('x', oneByteOver)}\"");
    }

    private static string Insert(string good, string member) => $"{{{member},{good[1..]}";

    // Latin-1, so that U+00FF becomes the byte FF, which is in no UTF-8 text.
    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

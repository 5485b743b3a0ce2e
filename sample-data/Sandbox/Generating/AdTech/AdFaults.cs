namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>Turns a good record into one that must be refused, with the code and field it must be refused for.</summary>
internal static class AdFaults
{
    private static readonly (string Why, Func<string, string> Damage)[] OfImpressions =
    [
        ("missing creative_id", good => good.Replace("\"creative_id\":", "\"creative\":")),
        ("null user_id", good => good.Replace("\"user_id\":", "\"user_id\":null,\"was\":")),
        ("wrong_type user_id", good => good.Replace("\"user_id\":", "\"user_id\":17,\"was\":")),
        ("bad_timestamp timestamp", good => good.Replace("\"timestamp\":\"", "\"timestamp\":\"on ")),
        ("timestamp_without_zone timestamp", good => good.Replace("Z\",", "\",")),
        ("truncated", good => good[..(good.Length / 2)]),
        ("not_an_object", good => $"[{good}]"),
    ];

    private static readonly (string Why, Func<string, string> Damage)[] OfRows =
    [
        ("ragged_row", good => good[..good.LastIndexOf(',')]),
        ("ragged_row", good => $"{good},more"),
        ("null user_id", good => With(good, 1, "")),
        ("bad_timestamp timestamp", good => With(good, 0, "yesterday")),
        ("timestamp_without_zone timestamp", good => With(good, 0, "2026-03-04T05:06:07")),
        ("bad_quote", good => With(good, 2, "cmp\"-001")),
    ];

    /// <summary>A bad impression for a random number.</summary>
    public static (string Line, string Why) Damage(string good, int random) => Of(OfImpressions, good, random);

    /// <summary>A bad row of CSV for a random number.</summary>
    public static (string Line, string Why) DamageRow(string good, int random) => Of(OfRows, good, random);

    private static (string, string) Of((string Why, Func<string, string> Damage)[] kinds, string good, int random)
    {
        var (why, damage) = kinds[random % kinds.Length];
        return (damage(good), why);
    }

    private static string With(string good, int field, string value)
    {
        var fields = good.Split(',');
        fields[field] = value;
        return string.Join(',', fields);
    }
}

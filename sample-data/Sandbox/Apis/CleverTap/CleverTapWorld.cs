using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>Somebody the project knows; invented.</summary>
/// <param name="ObjectId">The device.</param>
internal sealed record Person(int Number, string Identity, string ObjectId, string Platform)
{
    /// <summary>The address in the form kept for examples.</summary>
    public string Email => $"{Identity}@example.com";
}

/// <summary>An event that happened.</summary>
/// <param name="Ts">Project-local time as digits, yyyyMMddHHmmss.</param>
internal sealed record Happening(CleverTapEvent Event, DateOnly Day, long Ts, Person Person, JsonObject Properties);

/// <summary>The events of the projects as they are now: sample projects, varied by day, changed by restatements.</summary>
internal sealed class CleverTapWorld(IReadOnlyList<CleverTapAccount> accounts, Restatements restatements, TimeProvider time)
{
    private static readonly string[] Devices = ["Android", "iOS", "Web"];
    private static readonly string[] Categories = ["Keyboards", "Mice", "Docks", "Lamps & light"];

    /// <summary>The account, or null when there is none of this id.</summary>
    public CleverTapAccount? Find(string id) => accounts.FirstOrDefault(account => account.Id == id);

    /// <summary>What happened on the days, both ends included; nothing on days to come.</summary>
    public IEnumerable<Happening> Happenings(CleverTapAccount account, CleverTapEvent kind, DateOnly from, DateOnly to)
    {
        var today = account.Day(time.GetUtcNow());
        for (var day = from; day <= to && day <= today; day = day.AddDays(1))
        {
            var restatement = restatements.Of(Platforms.CleverTap, account.Id, day);
            var count = (kind.PerDay * (70 + new Dice($"{account.Id}/{kind.Name}/{day:O}").Below(61)) / 100) + (2 * restatement);
            for (var number = 0; number < count; number++)
            {
                if (restatement == 0 || number != restatement % count) yield return One(account, kind, day, number, restatement);
            }
        }
    }

    /// <summary>Somebody by number.</summary>
    public static Person PersonOf(CleverTapAccount account, int number)
    {
        var dice = new Dice($"{account.Id}/person/{number}");
        var device = string.Create(CultureInfo.InvariantCulture, $"__{dice.Below(int.MaxValue):x8}{dice.Below(int.MaxValue):x8}");
        return new(number, string.Create(CultureInfo.InvariantCulture, $"user-{number}"), device, Devices[dice.Below(3)]);
    }

    private static Happening One(CleverTapAccount account, CleverTapEvent kind, DateOnly day, int number, int restatement)
    {
        // A restated day says something else of its first event.
        var dice = new Dice($"{account.Id}/{kind.Name}/{day:O}/{number}/{(number == 0 ? restatement : 0)}");
        var person = PersonOf(account, dice.Below(account.People));
        var second = dice.Below(86_400);
        var ts = long.Parse(day.ToDateTime(default).AddSeconds(second).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var properties = new JsonObject();
        foreach (var name in kind.Properties) properties[name] = Property(name, account, ref dice);
        return new(kind, day, ts, person, properties);
    }

    private static JsonNode Property(string name, CleverTapAccount account, ref Dice dice) => name switch
    {
        "CT App Version" => $"5.{dice.Below(4)}.{dice.Below(10)}",
        "SKU" => $"SKU-{1000 + dice.Below(40)}",
        "Category" => Categories[dice.Below(Categories.Length)],
        "Currency" => account.Currency,
        "Amount" or "Price" => (100 + dice.Below(20_000)) / 100m,
        "Items" => new JsonArray(new JsonObject { ["SKU"] = $"SKU-{1000 + dice.Below(40)}", ["Quantity"] = 1 + dice.Below(3) }),
        _ => 1 + dice.Below(90),
    };
}

using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>What an export shows of profiles.</summary>
/// <param name="App">Device and app fields.</param>
/// <param name="Events">The summary of the person's events.</param>
/// <param name="Profile">The project's own fields.</param>
internal readonly record struct ExportFlags(bool App, bool Events, bool Profile);

/// <summary>Records as CleverTap writes them.</summary>
internal static class CleverTapRecords
{
    /// <summary>One event; its name is not in it.</summary>
    public static JsonObject Event(CleverTapAccount account, Happening happening, ExportFlags flags, Structures structures)
    {
        var record = new JsonObject
        {
            ["profile"] = EventProfile(account, happening, flags),
            ["ts"] = happening.Ts,
            ["event_props"] = happening.Properties.DeepClone(),
            ["session_props"] = new JsonObject { ["session_source"] = "Direct" },
        };
        return CleverTapStructures.Apply(record, happening.Day, structures);
    }

    /// <summary>One person; the last event that brought them into the export gives the times.</summary>
    public static JsonObject Profile(CleverTapAccount account, Person person, Happening last) => new()
    {
        ["identity"] = person.Identity,
        ["name"] = $"Person {person.Number}",
        ["email"] = person.Email,
        ["phone"] = Phone(person),
        ["profileData"] = ProfileData(account, person),
        ["events"] = new JsonObject { [last.Event.Name] = Summary(account, person, last.Day) },
        ["platformInfo"] = new JsonArray(new JsonObject
        {
            ["platform"] = person.Platform, ["os_version"] = "17.1", ["app_version"] = "5.3.1", ["make"] = "Example", ["model"] = "One",
            ["objectId"] = person.ObjectId, ["push_token"] = "",
        }),
    };

    private static JsonObject EventProfile(CleverTapAccount account, Happening happening, ExportFlags flags)
    {
        var person = happening.Person;
        var profile = new JsonObject { ["objectId"] = person.ObjectId, ["platform"] = person.Platform, ["identity"] = person.Identity };
        profile["name"] = $"Person {person.Number}";
        profile["email"] = person.Email;
        profile["phone"] = Phone(person);
        profile["all_identities"] = new JsonArray(person.Identity, person.Email);
        if (flags.App)
        {
            profile["make"] = "Example";
            profile["model"] = "One";
            profile["os_version"] = "17.1";
            profile["app_version"] = "5.3.1";
        }

        if (flags.Events) profile["events"] = new JsonObject { [happening.Event.Name] = Summary(account, person, happening.Day) };
        if (flags.Profile) profile["profileData"] = ProfileData(account, person);
        return profile;
    }

    // One field, every type it was ever seen in.
    private static JsonObject ProfileData(CleverTapAccount account, Person person)
    {
        JsonNode score = (person.Number % 7) switch
        {
            0 => "47667.0",
            1 => "nan",
            2 => "<NA>",
            3 => "None",
            4 => 0.35,
            5 => "",
            _ => 51,
        };
        return new()
        {
            ["Customer Type"] = person.Number % 3 == 0 ? "Gold" : "Silver",
            ["Lifetime Value"] = score,
            ["Newsletter"] = person.Number % 2 == 0 ? "true" : true,
            ["Home"] = account.TimeZone,
        };
    }

    private static JsonObject Summary(CleverTapAccount account, Person person, DateOnly day)
    {
        var dice = new Dice($"{account.Id}/{person.Number}/summary");
        var last = new DateTimeOffset(day.ToDateTime(default), TimeSpan.Zero).ToUnixTimeSeconds();
        return new() { ["count"] = 1 + dice.Below(60), ["first_seen"] = last - (86_400L * dice.Below(300)), ["last_seen"] = last };
    }

    private static string Phone(Person person) => string.Create(CultureInfo.InvariantCulture, $"+1555010{person.Number:0000}");
}

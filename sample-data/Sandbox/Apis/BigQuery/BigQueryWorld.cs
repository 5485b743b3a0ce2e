using System.Globalization;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>What a user did.</summary>
/// <param name="Micros">When, microseconds since 1970-01-01T00:00:00Z.</param>
/// <param name="ProductName">Null where the shop did not say.</param>
internal sealed record UserAction(DateOnly Day, long Micros, string Event, string User, string Platform, string? ProductName, string Sku);

/// <summary>The rows of the projects' tables as they are now: varied by day, changed by restatements.</summary>
internal sealed class BigQueryWorld(IReadOnlyList<BigQueryProject> projects, Restatements restatements, TimeProvider time)
{
    private static readonly string[] Events = ["view", "view", "view", "search", "add_to_cart", "purchase"];
    private static readonly string[] Platforms = ["web", "ios", "android"];
    private static readonly string?[] Products = ["Keyboard", "Mouse, \"silent\"", "Dock", "Lampe für außen", null];

    /// <summary>The project, or null when there is none of this id.</summary>
    public BigQueryProject? Find(string id) => projects.FirstOrDefault(project => project.Id == id);

    /// <summary>The rows of a day, none of days to come.</summary>
    public IEnumerable<UserAction> Rows(BigQueryProject project, DateOnly day)
    {
        if (day > DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)) yield break;
        var restatement = restatements.Of(Apis.Platforms.BigQuery, project.Id, day);
        var count = project.PerDay * (70 + new Dice($"{project.Id}/{day:O}").Below(61)) / 100;
        for (var number = 0; number < count; number++)
            if (restatement == 0 || number != restatement % count) yield return One(project, day, number, restatement);
    }

    private static UserAction One(BigQueryProject project, DateOnly day, int number, int restatement)
    {
        // A restated day says something else of its first row.
        var dice = new Dice($"{project.Id}/{day:O}/{number}/{(number == 0 ? restatement : 0)}");
        var micros = (((day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * 86_400L) + dice.Below(86_400)) * 1_000_000 + dice.Below(1_000_000);
        return new(
            day, micros, Events[dice.Below(Events.Length)], string.Create(CultureInfo.InvariantCulture, $"user-{dice.Below(project.Users)}"),
            Platforms[dice.Below(Platforms.Length)], Products[dice.Below(Products.Length)], string.Create(CultureInfo.InvariantCulture, $"SKU-{1000 + dice.Below(40)}"));
    }
}

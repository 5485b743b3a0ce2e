using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;

namespace Pipeline.Sinks.Ledger;

/// <summary>The alerts that slices raise, in the transaction of what they tell of.</summary>
internal static class SliceAlerts
{
    /// <summary>The codes that end when every slice of their subject is published.</summary>
    public static readonly string[] OfWithheld = ["slice_withheld", "slice_suspect"];

    /// <summary>Ends when a day's slice is published.</summary>
    public const string EmptyCode = "empty_slice";

    /// <summary>What alerts on an account's stream are filed under.</summary>
    public static string Subject(SliceWindow window) => $"{window.Source} {window.Account} {window.Stream}";

    /// <summary>An extraction landed that must not be published.</summary>
    public static Alert Suspect(string dataset, SliceWindow window, string reason) => new(
        AlertSeverity.Critical, dataset, "slice_suspect", Subject(window),
        $"The answer for {window} is withheld from {dataset}: {reason} What stood before stands. Extract the days again; "
        + "if the answer is right as it is, replay them.")
    {
        Since = Begin(window.From), Expected = "an answer that agrees with itself", Seen = reason,
        Query = AlertQueries.Slices(dataset, window),
    };

    /// <summary>Days of an extraction were withheld when they were published.</summary>
    /// <param name="days">In the order of time.</param>
    /// <param name="reason">The first day's.</param>
    public static Alert Withheld(string dataset, SliceWindow window, IReadOnlyList<DateOnly> days, string reason) => new(
        AlertSeverity.Critical, dataset, "slice_withheld", Subject(window),
        $"{days.Count} day(s) of {window} are withheld from {dataset}: {reason} What stood before stands. If the provider changed its "
        + "answers, change the contract, raise its version and replay the days: nobody is asked again.")
    {
        Since = Begin(days[0]), Expected = "days of which no larger share is refused than the contract allows",
        Seen = $"{days.Count} day(s) with more, the first {days[0]:yyyy-MM-dd}: {reason}",
        Query = AlertQueries.Slices(dataset, window with { From = days[0], To = days[^1] }),
    };

    /// <summary>Days without rows where rows stand.</summary>
    public static Alert Empty(string dataset, SliceWindow day) => new(
        AlertSeverity.Critical, dataset, EmptyCode, day.ToString(),
        $"The provider answers no rows for {day}, and {dataset} has rows of that day. They are kept. Look at the account: if the rows are "
        + "really gone at the source, delete them by hand; if not, extract the day again.")
    {
        Since = Begin(day.From), Expected = "rows, for rows of that day stand", Seen = "an answer without rows",
        Query = AlertQueries.Slices(dataset, day),
    };

    /// <summary>A field that the contract does not name.</summary>
    public static Alert NewField(string dataset, string path, long records) => new(
        AlertSeverity.Warning, dataset, "field_new", path,
        $"{records} record(s) of {dataset} hold the field '{path}', which the contract does not name. Nothing is lost: raw answers are "
        + "kept. To load it, add a column, raise the contract's version and replay.")
    {
        Since = null, Expected = "only fields that the contract names", Seen = $"{records} record(s) with '{path}'",
        Query = AlertQueries.Field(dataset, path),
    };

    private static DateTimeOffset Begin(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}

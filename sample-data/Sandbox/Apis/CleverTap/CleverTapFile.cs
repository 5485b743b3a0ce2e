namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>The sample file.</summary>
internal sealed record CleverTapFile(IReadOnlyList<CleverTapAccount> Accounts);

/// <summary>A CleverTap project.</summary>
/// <param name="Region">The label before <c>api.clevertap.com</c>.</param>
/// <param name="TimeZone">IANA zone of its days and of the times of its events.</param>
/// <param name="People">How many it knows.</param>
internal sealed record CleverTapAccount(
    string Id, string Name, string Passcode, string Region, string TimeZone, string Currency, int People, IReadOnlyList<CleverTapEvent> Events)
{
    /// <summary>The project's present day.</summary>
    public DateOnly Day(DateTimeOffset now) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).DateTime);
}

/// <summary>A kind of event.</summary>
/// <param name="PerDay">How many on an ordinary day.</param>
/// <param name="Exportable">False for notifications, which the API does not give out.</param>
internal sealed record CleverTapEvent(string Name, int PerDay, bool Exportable, IReadOnlyList<string> Properties);

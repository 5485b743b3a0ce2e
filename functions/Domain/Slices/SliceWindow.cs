namespace Pipeline.Domain.Slices;

/// <summary>Whole days of one account's stream, asked of a provider together; each day of it is a slice.</summary>
/// <param name="Source">The provider: <c>facebook</c>, <c>google_ads</c>, <c>clevertap</c>, <c>bigquery</c>, <c>relational</c>.</param>
/// <param name="Account">The provider's account (Meta ad account, Google customer, CleverTap project, BigQuery project, database), as the settings name it.</param>
/// <param name="Stream">
/// What is asked: a level (<c>campaign</c>, <c>ad</c>), an event's name, or a kind of entity. May hold blanks and any letter.
/// </param>
/// <param name="From">First day, in the account's own time zone.</param>
/// <param name="To">Last day, included: providers count this way.</param>
public sealed record SliceWindow(string Source, string Account, string Stream, DateOnly From, DateOnly To)
{
    /// <summary>Days in it.</summary>
    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The two halves of a window of several days, the earlier first.</summary>
    public (SliceWindow Earlier, SliceWindow Later) Halves()
    {
        if (Days < 2) throw new InvalidOperationException($"{this} has one day and no halves.");
        var middle = From.AddDays(Days / 2);
        return (this with { To = middle.AddDays(-1) }, this with { From = middle });
    }

    /// <summary>The window for people: <c>facebook act_1 ad 2026-10-01..2026-10-07</c>.</summary>
    public override string ToString() => $"{Source} {Account} {Stream} {From:yyyy-MM-dd}..{To:yyyy-MM-dd}";
}

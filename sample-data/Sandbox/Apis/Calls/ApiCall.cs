namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>One call to a provider, as faults and counters see it.</summary>
/// <param name="Platform"><c>facebook</c>, <c>google_ads</c>, <c>clevertap</c> or <c>bigquery</c>.</param>
/// <param name="Account">Account id without a prefix; empty where a call has none.</param>
/// <param name="Endpoint">What was called, such as <c>report_page</c>.</param>
/// <param name="Slice">What was asked for, such as <c>ad 2026-10-01..2026-10-01</c>.</param>
/// <param name="Page">Counts from 0; -1 where there are no pages.</param>
/// <param name="Token">The credential shown; never given out.</param>
internal sealed record ApiCall(string Platform, string Account, string Endpoint, string Slice = "", int Page = -1, string Token = "")
{
    /// <summary>Rows that the full answer has: faults for too much data look at it.</summary>
    public int Rows { get; init; }

    /// <summary>Provider operations it costs; Google Ads counts a search with all its pages as one, BigQuery its jobs.</summary>
    public int Operations { get; init; } = 1;

    /// <summary>Same key, same question.</summary>
    public (string Account, string Endpoint, string Slice, int Page) Key => (Account, Endpoint, Slice, Page);
}

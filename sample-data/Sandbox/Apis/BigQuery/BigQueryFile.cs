namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>The sample file; access tokens come from the endpoint that Google Ads' come from.</summary>
internal sealed record BigQueryFile(IReadOnlyList<BigQueryProject> Projects);

/// <summary>A project with one table of user actions, kept by day.</summary>
/// <param name="Location">Where the table lies; jobs are begun and looked for there.</param>
/// <param name="Table"><c>dataset.table</c>.</param>
/// <param name="PerDay">Rows of an ordinary day.</param>
/// <param name="Users">How many act.</param>
/// <param name="BytesPerDay">What a query of one day is billed for.</param>
internal sealed record BigQueryProject(string Id, string Location, string Table, int PerDay, int Users, long BytesPerDay);

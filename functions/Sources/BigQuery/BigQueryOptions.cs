using System.ComponentModel.DataAnnotations;
using Pipeline.Domain.Datasets;
using Pipeline.Sources.Google;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.BigQuery;

/// <summary>How tables of BigQuery are read over REST.</summary>
public sealed record BigQueryOptions : SliceSourceOptions
{
    /// <inheritdoc/>
    public override Uri BaseUrl { get; init; } = new("https://bigquery.googleapis.com");

    /// <summary>Where access tokens are fetched.</summary>
    public Uri TokenUrl { get; init; } = new("https://oauth2.googleapis.com/token");

    /// <summary>The project whose jobs the queries are, and who pays for them; empty when BigQuery is not a source.</summary>
    public string Project { get; init; } = "";

    /// <summary>Where the tables lie, such as <c>US</c>, <c>EU</c> or <c>europe-west3</c>; a job runs there and is looked for there.</summary>
    public string Location { get; init; } = "US";

    /// <summary>A service account's key file (JSON).</summary>
    public string ServiceAccountFile { get; init; } = "";

    /// <summary>Bytes that the query of one day may be billed for; BigQuery does not begin one that reads more.</summary>
    [Range(1L, long.MaxValue)] public long MaxBytesBilled { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>The tables.</summary>
    public IReadOnlyList<BigQueryStream> Streams { get; init; } = [];

    /// <summary>Rows are restated or come late within a few days.</summary>
    public override int LookbackDays { get; init; } = 3;

    /// <inheritdoc/>
    public override int AtOnce { get; init; } = 4;

    /// <summary>Rows of a page; BigQuery ends a page before 10 MB.</summary>
    [Range(1, 50_000)] public int PageRows { get; init; } = 10_000;

    /// <summary>Seconds between two looks at a query that is running.</summary>
    [Range(1, 600)] public int PollSeconds { get; init; } = 2;

    /// <summary>What access tokens are asked for with.</summary>
    public GoogleCredential Credential => new(SourceKind.BigQuery, "BigQuery", "https://www.googleapis.com/auth/bigquery", TokenUrl, ServiceAccountFile);
}

/// <summary>One table, or the daily tables of one export.</summary>
public sealed record BigQueryStream
{
    /// <summary>What contracts and the ledger call it.</summary>
    [Required] public string Name { get; init; } = "";

    /// <summary><c>dataset.table</c> or <c>project.dataset.table</c>; with <c>*</c> at its end, as in <c>analytics_1.events_*</c>, the daily
    /// tables whose names end in <c>yyyyMMdd</c>.</summary>
    [Required] public string Table { get; init; } = "";

    /// <summary>The DATE column that tells a row's day, best the one that the table is partitioned by; empty for daily tables.</summary>
    public string DayColumn { get; init; } = "";

    /// <summary>The columns that are read, which is what is paid for; empty for all.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>It has a table for each day.</summary>
    public bool IsDaily => Table.EndsWith('*');
}

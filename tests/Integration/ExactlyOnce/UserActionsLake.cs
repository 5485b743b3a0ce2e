using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>Compares the user actions in a lake with the NDJSON they came from, both read by DuckDB.</summary>
internal static class UserActionsLake
{
    /// <summary>A file of valid events as the rows the contract makes of them.</summary>
    public static string Expected(string input) => $$"""
        SELECT timestamp AS event_datetime, CAST(timestamp AS DATE) AS event_date, event_name, user_identifiers.id AS user_id,
               user_identifiers.platform AS platform, product_information.name AS product_name, product_information."SKU" AS "SKU"
        FROM read_ndjson('{{input}}', columns = {timestamp: 'TIMESTAMP', event_name: 'VARCHAR', user_identifiers: 'STRUCT(platform VARCHAR, id VARCHAR)',
               product_information: 'STRUCT(name VARCHAR, "SKU" VARCHAR)'})
        """;

    /// <summary>Rows of the lake that are not in the file, and of the file that are not in the lake, repetitions counted.</summary>
    public static (string? Extra, string? Missing) Differences(string lake, string input)
    {
        var rows = $"""
            SELECT event_datetime::TIMESTAMP, event_date, event_name, user_id, platform, product_name, "SKU"
            FROM read_parquet('{lake}/user_actions/*/*/*.parquet', hive_partitioning = true)
            """;
        var counts = ParquetReaders.Query($"""
            SET TimeZone = 'UTC';
            SELECT (SELECT count(*) FROM (({rows}) EXCEPT ALL ({Expected(input)}))), (SELECT count(*) FROM (({Expected(input)}) EXCEPT ALL ({rows})))
            """)[0];
        return (counts[0], counts[1]);
    }
}

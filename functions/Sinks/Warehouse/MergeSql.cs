namespace Pipeline.Sinks.Warehouse;

/// <summary>The statements of one table's staging and merge.</summary>
/// <remarks>
/// A row beats another of the same key by (newer_by, shard, position), which differ for any two records. So the table a set of rows
/// leaves behind depends neither on their order, nor on how they were split into merges, nor on how often they were merged.
/// Rows are merged in key order: two merges lock rows in one order and cannot deadlock.
/// https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
/// </remarks>
internal sealed class MergeSql(TableShape shape)
{
    /// <summary>The staging table of a session.</summary>
    public const string Staging = "pg_temp._staging";

    /// <summary>The rows that win inside one batch, numbered from 1: what is searched for refused rows.</summary>
    public const string Winners = "pg_temp._winners";

    /// <summary>Creates the staging table anew.</summary>
    public string CreateStaging { get; } =
        $"DROP TABLE IF EXISTS {Staging}; CREATE TEMP TABLE _staging ("
        + string.Join(", ", shape.Staged.Select(column => $"{Identifiers.Quote(column.Name)} {column.StagedType}{column.Collation}")) + ")";

    /// <summary>Copies rows into the staging table.</summary>
    public string Copy { get; } = $"COPY {Staging} FROM STDIN (FORMAT binary)";

    /// <summary>Merges the staging table; <c>$1</c> is the publication.</summary>
    public string Merge { get; } = Insert(shape, $"SELECT DISTINCT ON ({Keys(shape)}) {Values(shape)} FROM {Staging} AS s ORDER BY {Order(shape)}");

    /// <summary>Sets the winners aside, untouched by casts and constraints.</summary>
    public string CreateWinners { get; } =
        $"CREATE TEMP TABLE _winners ON COMMIT DROP AS SELECT row_number() OVER () AS _number, w.* FROM ("
        + $"SELECT DISTINCT ON ({Keys(shape)}) s.* FROM {Staging} AS s ORDER BY {Order(shape)}) AS w";

    /// <summary>Makes ranges of winners quick to reach.</summary>
    public string IndexWinners { get; } = "CREATE UNIQUE INDEX ON pg_temp._winners (_number); ANALYZE pg_temp._winners";

    /// <summary>Merges winners <c>[$2, $3)</c>; <c>$1</c> is the publication.</summary>
    public string MergeWinners { get; } = Insert(
        shape, $"SELECT {Values(shape)} FROM {Winners} AS s WHERE s._number >= $2 AND s._number < $3 ORDER BY s._number");

    private static string Insert(TableShape shape, string select)
    {
        var assignments = shape.Columns.Where(column => !shape.Key.Contains(column.Name))
            .Select(column => Identifiers.Quote(column.Name)).Select(name => $"{name} = excluded.{name}");
        return $"INSERT INTO {shape.QualifiedName} AS t ({Identifiers.Quote(shape.Columns.Select(column => column.Name))}) {select} "
            + $"ON CONFLICT ({Identifiers.Quote(shape.Key)}) DO UPDATE SET {string.Join(", ", assignments)} "
            + $"WHERE ({Rank(shape, "t")}) < ({Rank(shape, "excluded")})";
    }

    private static string Values(TableShape shape) => string.Join(", ", shape.Columns.Select(column =>
        column.Name == TableShape.Publication ? "$1::bigint"
        : column.StagedType == column.SqlType ? $"s.{Identifiers.Quote(column.Name)}"
        : $"s.{Identifiers.Quote(column.Name)}::{column.SqlType}"));

    private static string Keys(TableShape shape) => string.Join(", ", shape.Key.Select(key => $"s.{Identifiers.Quote(key)}"));

    private static string Rank(TableShape shape, string alias) => string.Join(", ", RankTerms(shape, alias));

    private static string Order(TableShape shape) =>
        $"{Keys(shape)}, {string.Join(", ", RankTerms(shape, "s").Select(term => $"{term} DESC"))}";

    private static IEnumerable<string> RankTerms(TableShape shape, string alias)
    {
        if (shape.NewerBy is { } newerBy) yield return newerBy.OrderValue(alias);
        yield return $"{alias}.\"{TableShape.Shard}\" COLLATE \"C\"";
        yield return $"{alias}.\"{TableShape.Position}\"";
    }
}

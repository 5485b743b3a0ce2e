using Pipeline.Domain.Datasets;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The statements that replace slices in one table. They read the slices from <see cref="Slices"/>.</summary>
internal sealed class SliceSql(TableShape shape, SliceColumns slice)
{
    /// <summary>The slices a commit replaces: number, source, account, stream, day, extraction.</summary>
    public const string Slices = "pg_temp._slices";

    /// <summary>Creates <see cref="Slices"/> of arrays <c>$1</c> to <c>$5</c>, numbered from 1.</summary>
    public const string CreateSlices =
        """
        CREATE TEMP TABLE _slices (number integer, source text COLLATE "C", account text COLLATE "C", stream text COLLATE "C", day date, extraction_id bigint)
            ON COMMIT DROP
        """;

    /// <summary>Fills <see cref="Slices"/>.</summary>
    public const string FillSlices =
        $"""
        INSERT INTO {Slices} SELECT number, source, account, stream, day, extraction_id
        FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[])
            WITH ORDINALITY AS slice (source, account, stream, day, extraction_id, number)
        """;

    /// <summary>Sets the totals of the rows that stand aside, before anything changes.</summary>
    public string CreateStanding { get; } = $"CREATE TEMP TABLE _standing ON COMMIT DROP AS {Totals(shape, slice)}";

    /// <summary>Deletes the slices' rows.</summary>
    public string Delete { get; } = $"DELETE FROM {shape.QualifiedName} AS t USING {Slices} AS s WHERE {Matches(slice)}";

    /// <summary>Logs each slice whose totals are others than those that stood; a slice that is new is no restatement. <c>$1</c> dataset,
    /// <c>$2</c> publication, <c>$3</c> instant, <c>$4</c> numbers of the slices published before.</summary>
    public string Log { get; } =
        $"""
        INSERT INTO pipeline.restatement_log (
            dataset, source, account, stream, day, publication_id, extraction_id, rows_old, rows_new, totals_old, totals_new, restated_at)
        SELECT $1, s.source, s.account, s.stream, s.day, $2, s.extraction_id, old._rows, new._rows, old.totals, new.totals, $3
        FROM {Slices} AS s JOIN pg_temp._standing AS old ON old.number = s.number
            JOIN ({Totals(shape, slice)}) AS new ON new.number = s.number
        WHERE s.number = ANY($4) AND (old._rows, old.totals) IS DISTINCT FROM (new._rows, new.totals) ORDER BY s.number
        """;

    /// <summary>Columns that add up: numbers that identify nothing.</summary>
    public static IEnumerable<string> Measures(TableShape shape) => shape.Columns
        .Where(column => column.Type.Kind is ColumnKind.Int64 or ColumnKind.Decimal && !shape.Key.Contains(column.Name))
        .Where(column => column.Name is not (TableShape.Position or TableShape.Publication)).Select(column => column.Name);

    private static string Totals(TableShape shape, SliceColumns slice)
    {
        var sums = string.Join("", Measures(shape).Select(Identifiers.Quote).Select(name => $", sum(t.{name}) AS {name}"));
        return $"SELECT s.number, r._rows, to_jsonb(r) - '_rows' AS totals FROM {Slices} AS s CROSS JOIN LATERAL ("
            + $"SELECT count(*) AS _rows{sums} FROM {shape.QualifiedName} AS t WHERE {Matches(slice)}) AS r";
    }

    private static string Matches(SliceColumns slice)
    {
        var shared = slice.Source is { } source ? $"t.{Identifiers.Quote(source)} = s.source AND " : "";
        return $"{shared}t.{Identifiers.Quote(slice.Account)} = s.account AND t.{Identifiers.Quote(slice.Stream)} = s.stream "
            + $"AND t.{Identifiers.Quote(slice.Day)} = s.day";
    }
}

using System.Globalization;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Transforms.Lake;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The statements that make a dataset's table in Amazon Redshift and load date partitions of the lake into it.</summary>
/// <remarks>
/// COPY from Parquet fills columns by their place in the file and knows nothing of folders, in which the lake keeps the columns of
/// <c>partition_by</c>. So each folder is copied by a manifest of its own into a staging table that has the file's columns only, and
/// inserted from there beside the folder's values as literals. A load deletes its days first and is one transaction: run it again, and the
/// table is the same. https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
/// </remarks>
public sealed class RedshiftSql
{
    private const string Staging = "\"pipeline_staging\"";
    private const int MaxVarcharBytes = 65_535;
    private const int MaxBytesOfCharacter = 4;
    private const int MaxSortColumns = 4;

    private readonly DatasetContract contract;
    private readonly ColumnSpec day;
    private readonly List<ColumnSpec> folders;
    private readonly List<ColumnSpec> filed;

    /// <param name="contract">The dataset.</param>
    /// <exception cref="TerminalException">Its lake has no date partitions, by which a load replaces rows.</exception>
    public RedshiftSql(DatasetContract contract)
    {
        this.contract = contract;
        folders = [.. contract.Lake.PartitionBy.Select(name => contract.Columns[contract.IndexOf(name)])];
        filed = [.. contract.Columns.Where(column => !contract.Lake.PartitionBy.Contains(column.Name))];
        day = folders.FirstOrDefault(column => column.Type.Kind == ColumnKind.Date) ?? throw new TerminalException(
            $"The lake of {contract.Dataset} has no date partitions, by which Redshift's rows are replaced. Add a date column to partition_by.");
    }

    private string Table => $"{Quote(Identifiers.Schema)}.{Quote(contract.Dataset)}";

    /// <summary>The statement that creates the table, with every column of the contract in its order.</summary>
    /// <remarks>
    /// Rows are sorted as the lake's files are, by day first, and lie by the first column that people look up one value of. Redshift has no
    /// type for an instant that COPY fills from Parquet: a TIMESTAMP here is UTC.
    /// </remarks>
    public string CreateTable()
    {
        var columns = contract.Columns.Select(column => $"    {Quote(column.Name)} {TypeOf(column)}{(column.Required ? " NOT NULL" : "")}");
        var lying = contract.Lake.Bloom is [var looked, ..] ? $"DISTSTYLE KEY DISTKEY ({Quote(looked)})" : "DISTSTYLE AUTO";
        var sorted = contract.Lake.SortBy.Prepend(day.Name).Take(MaxSortColumns).Select(Quote);
        return $"""
            CREATE SCHEMA IF NOT EXISTS {Quote(Identifiers.Schema)};
            CREATE TABLE IF NOT EXISTS {Table} (
            {string.Join(",\n", columns)}
            ) {lying} COMPOUND SORTKEY ({string.Join(", ", sorted)});
            """;
    }

    /// <summary>The transaction that replaces the days' rows.</summary>
    /// <param name="parts">Every folder of the days that has objects; days without any become empty.</param>
    /// <param name="iamRole"><c>default</c>, or the ARN of a role that may read the lake.</param>
    public string Load(DateOnly from, DateOnly to, IReadOnlyList<RedshiftFolder> parts, string iamRole)
    {
        var role = iamRole == "default" ? "default" : Text(iamRole);
        var ofDays = $"{Quote(day.Name)} BETWEEN {Day(from)} AND {Day(to)}";
        var script = new StringBuilder();
        script.Append("BEGIN;\n");
        script.Append(CultureInfo.InvariantCulture, $"LOCK TABLE {Table};\n");
        script.Append(CultureInfo.InvariantCulture, $"CREATE TEMP TABLE {Staging} (\n{string.Join(",\n", filed.Select(column => $"    {Quote(column.Name)} {TypeOf(column)}"))}\n);\n");
        script.Append(CultureInfo.InvariantCulture, $"DELETE FROM {Table} WHERE {ofDays};\n");
        foreach (var part in parts) script.Append(Part(part, role));
        script.Append(CultureInfo.InvariantCulture, $"DROP TABLE {Staging};\n");
        script.Append("-- Divides by zero, and so undoes everything, unless every row of the ledger has arrived.\n");
        script.Append(CultureInfo.InvariantCulture,
            $"SELECT 1 / CASE WHEN count(*) = {parts.Sum(part => part.Rows)} THEN 1 ELSE 0 END AS complete FROM {Table} WHERE {ofDays};\n");
        return script.Append("COMMIT;\n").ToString();
    }

    /// <summary>The folder's values in the order of <c>partition_by</c>, read from an object's key; null for the folder of nulls.</summary>
    public IReadOnlyList<string?> ValuesOf(string key)
    {
        var names = key.Split('/')[1..^1];
        return [.. folders.Select(column => HivePath.Unescape(names.First(name => name.StartsWith($"{column.Name}=", StringComparison.Ordinal))[(column.Name.Length + 1)..]))];
    }

    private string Part(RedshiftFolder part, string role)
    {
        var literals = folders.Zip(part.Values).ToDictionary(each => each.First.Name, each => Literal(each.First, each.Second));
        var values = contract.Columns.Select(column => literals.GetValueOrDefault(column.Name) ?? Quote(column.Name));
        return string.Create(CultureInfo.InvariantCulture, $"""
            COPY {Staging} FROM {Text(part.ManifestUrl)} IAM_ROLE {role} FORMAT AS PARQUET MANIFEST;
            INSERT INTO {Table} ({string.Join(", ", contract.Columns.Select(column => Quote(column.Name)))})
            SELECT {string.Join(", ", values)} FROM {Staging};
            DELETE FROM {Staging};

            """);
    }

    // A VARCHAR counts bytes, a contract characters. JSON stays text: COPY fills a SUPER from nested columns only.
    private static string TypeOf(ColumnSpec column) => column.Type.Kind switch
    {
        ColumnKind.String when column is { MaxLength: { } length, Mask: null } => $"VARCHAR({Math.Min(length * MaxBytesOfCharacter, MaxVarcharBytes)})",
        ColumnKind.String or ColumnKind.Json => $"VARCHAR({MaxVarcharBytes})",
        ColumnKind.Int64 => "BIGINT",
        ColumnKind.Float64 => "DOUBLE PRECISION",
        ColumnKind.Decimal => $"DECIMAL({column.Type.Precision},{column.Type.Scale})",
        ColumnKind.Bool => "BOOLEAN",
        ColumnKind.Timestamp => "TIMESTAMP",
        _ => "DATE",
    };

    private static string Literal(ColumnSpec column, string? value) => column.Type.Kind switch
    {
        _ when value is null => $"CAST(NULL AS {TypeOf(column)})",
        ColumnKind.Date => $"DATE {Text(value)}",
        _ => $"CAST({Text(value)} AS {TypeOf(column)})",
    };

    private static string Day(DateOnly day) => $"DATE '{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'";

    // Whether a backslash escapes depends on a setting of the session: it is written so that both read it alike.
    private static string Text(string value) => string.Join(
        " || CHR(92) || ", value.Split('\\').Select(part => $"'{part.Replace("'", "''", StringComparison.Ordinal)}'"));

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>A folder of the lake that is loaded by one COPY.</summary>
/// <param name="Values">Its values in the order of <c>partition_by</c>; null for null.</param>
/// <param name="ManifestUrl">URL of the manifest that names its objects: <c>s3://…</c>.</param>
/// <param name="Rows">Rows in its objects, as the ledger counts them.</param>
public sealed record RedshiftFolder(IReadOnlyList<string?> Values, string ManifestUrl, long Rows);

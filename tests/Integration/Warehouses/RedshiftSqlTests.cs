using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Warehouses;

/// <summary>The SQL for Redshift, word by word; <see cref="LoadingTests"/> runs it over a real lake.</summary>
public sealed class RedshiftSqlTests
{
    private static readonly ContractSet Shipped = ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified();

    [Fact]
    public void The_table_has_every_column_and_lies_as_people_read_it() => Assert.Equal(
        """
        CREATE SCHEMA IF NOT EXISTS "warehouse";
        CREATE TABLE IF NOT EXISTS "warehouse"."user_actions" (
            "event_datetime" TIMESTAMP NOT NULL,
            "event_date" DATE NOT NULL,
            "event_name" VARCHAR(256) NOT NULL,
            "user_id" VARCHAR(65535) NOT NULL,
            "platform" VARCHAR(65535) NOT NULL,
            "product_name" VARCHAR(65535),
            "SKU" VARCHAR(65535) NOT NULL
        ) DISTSTYLE KEY DISTKEY ("user_id") COMPOUND SORTKEY ("event_date", "event_datetime");
        """, new RedshiftSql(Shipped.Named("user_actions")).CreateTable());

    [Fact]
    public void A_load_is_one_transaction_that_replaces_its_days_and_sets_what_is_in_folders()
    {
        var sql = new RedshiftSql(Shipped.Named("user_actions"));
        RedshiftFolder[] parts =
        [
            new(sql.ValuesOf("user_actions/event_date=2026-10-01/event_name=view/17-0.parquet"), "s3://lake/a.manifest", 40),
            new(sql.ValuesOf("user_actions/event_date=2026-10-02/event_name=it's a %5C %2F/18-0.parquet"), "s3://lake/b.manifest", 2),
        ];
        Assert.Equal(
            """
            BEGIN;
            LOCK TABLE "warehouse"."user_actions";
            CREATE TEMP TABLE "pipeline_staging" (
                "event_datetime" TIMESTAMP,
                "user_id" VARCHAR(65535),
                "platform" VARCHAR(65535),
                "product_name" VARCHAR(65535),
                "SKU" VARCHAR(65535)
            );
            DELETE FROM "warehouse"."user_actions" WHERE "event_date" BETWEEN DATE '2026-10-01' AND DATE '2026-10-02';
            COPY "pipeline_staging" FROM 's3://lake/a.manifest' IAM_ROLE 'arn:aws:iam::123456789012:role/load' FORMAT AS PARQUET MANIFEST;
            INSERT INTO "warehouse"."user_actions" ("event_datetime", "event_date", "event_name", "user_id", "platform", "product_name", "SKU")
            SELECT "event_datetime", DATE '2026-10-01', CAST('view' AS VARCHAR(256)), "user_id", "platform", "product_name", "SKU" FROM "pipeline_staging";
            DELETE FROM "pipeline_staging";
            COPY "pipeline_staging" FROM 's3://lake/b.manifest' IAM_ROLE 'arn:aws:iam::123456789012:role/load' FORMAT AS PARQUET MANIFEST;
            INSERT INTO "warehouse"."user_actions" ("event_datetime", "event_date", "event_name", "user_id", "platform", "product_name", "SKU")
            SELECT "event_datetime", DATE '2026-10-02', CAST('it''s a ' || CHR(92) || ' /' AS VARCHAR(256)), "user_id", "platform", "product_name", "SKU" FROM "pipeline_staging";
            DELETE FROM "pipeline_staging";
            DROP TABLE "pipeline_staging";
            -- Divides by zero, and so undoes everything, unless every row of the ledger has arrived.
            SELECT 1 / CASE WHEN count(*) = 42 THEN 1 ELSE 0 END AS complete FROM "warehouse"."user_actions" WHERE "event_date" BETWEEN DATE '2026-10-01' AND DATE '2026-10-02';
            COMMIT;

            """, sql.Load(new(2026, 10, 1), new(2026, 10, 2), parts, "arn:aws:iam::123456789012:role/load"));
    }

    [Fact]
    public void Every_shipped_dataset_with_days_has_a_table_and_types_are_those_that_copy_fills()
    {
        foreach (var contract in Shipped.Contracts.Where(contract => contract.Lake.PartitionBy.Any(name =>
            contract.Columns[contract.IndexOf(name)].Type.Kind == ColumnKind.Date)))
            Assert.Equal(contract.Columns.Count, new RedshiftSql(contract).CreateTable().Split('\n').Count(line => line.StartsWith("    \"", StringComparison.Ordinal)));
        Assert.Contains("    \"amount\" DECIMAL(18,2) NOT NULL,\n", new RedshiftSql(Shipped.Named("relational_rows")).CreateTable(), StringComparison.Ordinal);
        Assert.Contains("    \"items\" VARCHAR(65535),\n", new RedshiftSql(Shipped.Named("relational_rows")).CreateTable(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_nulls_is_null_and_a_lake_without_days_is_refused()
    {
        var contract = Shipped.Named("user_actions");
        var sql = new RedshiftSql(contract);
        Assert.Equal(["2026-10-01", null], sql.ValuesOf("user_actions/event_date=2026-10-01/event_name=__HIVE_DEFAULT_PARTITION__/1-0.parquet"));
        Assert.Contains("CAST(NULL AS VARCHAR(256))", sql.Load(default, default, [new(["2026-10-01", null], "s3://a", 1)], "default"), StringComparison.Ordinal);
        var error = Assert.Throws<TerminalException>(() => new RedshiftSql(contract with { Lake = contract.Lake with { PartitionBy = ["event_name"] } }));
        Assert.Contains("has no date partitions", error.Message, StringComparison.Ordinal);
    }
}

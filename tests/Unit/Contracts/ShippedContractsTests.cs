using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class ShippedContractsTests
{
    private static readonly ContractSet Shipped = ContractReader.ReadFolder(Given.Repository("functions", "datasets"));

    [Fact]
    public void The_shipped_contracts_have_no_fault() => Assert.Empty(Shipped.Faults);

    [Fact]
    public void User_actions_have_these_columns_folders_and_table()
    {
        var contract = Shipped.Find("user_actions")!;

        Assert.Equal(
            [
                "event_datetime timestamp timestamp required", "event_date date date(event_datetime) required",
                "event_name string event_name required", "user_id string user_identifiers.id required",
                "platform string user_identifiers.platform required", "product_name string product_information.name optional",
                "SKU string product_information.SKU required",
            ],
            contract.Columns.Select(column =>
                $"{column.Name} {column.Type} {Origin(column)} {(column.Required ? "required" : "optional")}"));
        Assert.Equal(64, contract.Columns[2].MaxLength);
        Assert.Equal(new SourceSpec(SourceKind.Kafka, "user-actions", RecordFormat.Json), contract.Source);
        Assert.Equal(["event_date", "event_name"], contract.Lake.PartitionBy);
        Assert.Equal(["event_datetime"], contract.Lake.SortBy);
        Assert.Equal(LakeCodec.Zstd, contract.Lake.Codec);
        Assert.Equal(("user_activity_latest", "event_datetime"), (contract.Table!.Name, contract.Table.NewerBy));
        Assert.Equal(["user_id", "SKU"], contract.Table.Key);
    }

    [Fact]
    public void Every_shipped_dataset_and_column_is_described_and_owned() => Assert.All(Shipped.Contracts, contract =>
    {
        Assert.NotEmpty(contract.Owner);
        Assert.EndsWith(".", contract.Description);
        Assert.All(contract.Columns, column => Assert.EndsWith(".", column.Description));
    });

    private static string Origin(ColumnSpec column) =>
        column.Derive is { } derive ? $"date({derive.Column})" : string.Join('|', column.From);
}

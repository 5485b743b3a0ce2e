using Pipeline.Contracts;
using Pipeline.Domain.Failures;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class ContractFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("contracts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Contracts_come_in_the_order_of_their_names()
    {
        Write("orders.yaml", Given.Contract);
        Write("a.yaml", Given.With("dataset: orders", "dataset: a").Replace("latest_orders", "latest_a"));
        Write("README.md", "not a contract");

        var set = ContractReader.ReadFolder(folder).Verified();

        Assert.Equal(["a", "orders"], set.Contracts.Select(contract => contract.Dataset));
        Assert.Equal("latest_a", set.Find("a")!.Table!.Name);
        Assert.Null(set.Find("b"));
    }

    [Fact]
    public void Faults_of_all_files_come_at_once_and_stop_the_start()
    {
        Write("a.yaml", "dataset: a");
        Write("b.yaml", "dataset: [");
        Write("orders.yaml", Given.Contract);

        var set = ContractReader.ReadFolder(folder);

        Assert.Equal(["orders"], set.Contracts.Select(contract => contract.Dataset));
        var error = Assert.Throws<TerminalException>(set.Verified);
        Assert.StartsWith("The dataset contracts have 5 faults; correct what follows and start again.\na.yaml:1:1: ", error.Message);
        Assert.Contains("\nb.yaml:", error.Message);
    }

    [Fact]
    public void Two_datasets_cannot_share_a_table()
    {
        Write("orders.yaml", Given.Contract);
        Write("returns.yaml", Given.With("dataset: orders", "dataset: returns"));

        Assert.Equal(
            "returns.yaml:13:16: table 'latest_orders' is declared in orders.yaml too; give one of the two another name",
            OnlyFault());
    }

    [Fact]
    public void A_figure_is_compared_with_events_that_there_are()
    {
        var ads = File.ReadAllText(Given.Repository("functions", "datasets", "ad_performance.yaml"));
        Write("ad_performance.yaml", ads.Replace("with_dataset: conversions", "with_stream: ad", StringComparison.Ordinal));

        Assert.Equal(
            "ad_performance.yaml: agreement 'tracked_clicks' of quality is with 'clicks', which no contract declares; "
            + "name a dataset of a topic, queue or folder with a timestamp", OnlyFault());
    }

    [Fact]
    public void Two_datasets_cannot_share_a_queue()
    {
        var text = Given.With("kind: kafka, topic: shop.orders", "kind: sqs, queue: shop-orders");
        Write("orders.yaml", text);
        Write("returns.yaml", text.Replace("dataset: orders", "dataset: returns").Replace("latest_orders", "latest_returns"));

        Assert.Equal("returns.yaml: queue 'shop-orders' feeds orders.yaml already; give each dataset a queue of its own", OnlyFault());
    }

    [Fact]
    public void Two_files_cannot_declare_one_dataset()
    {
        Write("orders.yaml", Given.Contract);
        Write("orders2.yaml", Given.With("latest_orders", "latest_orders2"));

        Assert.Equal(
            [
                "orders2.yaml:1:10: dataset 'orders' is in a file of another name; rename the file to orders.yaml or write orders2",
                "orders2.yaml:1:10: dataset 'orders' is declared in orders.yaml too; give one of the two another name",
            ],
            Faults());
    }

    [Fact]
    public void A_file_that_would_be_overlooked_is_a_fault()
    {
        Write("orders.yaml", Given.Contract);
        Write("clicks.yml", Given.Contract);
        Assert.Equal("clicks.yml: only files that end in .yaml are read; name it clicks.yaml or remove it", OnlyFault());
    }

    [Fact]
    public void A_line_that_is_not_UTF8_is_named()
    {
        File.WriteAllBytes(Path.Combine(folder, "orders.yaml"), [.. "dataset: orders\nowner: Z"u8, 0xFC, .. "rich\n"u8]);
        Assert.Equal("orders.yaml:2:1: the line is not UTF-8; save the file as UTF-8", OnlyFault());
    }

    [Fact]
    public void A_huge_file_is_not_read()
    {
        Write("orders.yaml", new string('#', 1024 * 1024 + 1));
        Assert.Contains("larger than 1 MiB", OnlyFault());
    }

    [Fact]
    public void An_empty_folder_is_a_fault() => Assert.Contains("the folder holds no contract", OnlyFault());

    [Fact]
    public void A_missing_folder_is_a_fault()
    {
        var fault = Assert.Single(ContractReader.ReadFolder(Path.Combine(folder, "none")).Faults);
        Assert.StartsWith("none: the folder cannot be read: ", fault.ToString());
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);

    private string[] Faults() => [.. ContractReader.ReadFolder(folder).Faults.Select(fault => fault.ToString())];

    private string OnlyFault() => Assert.Single(Faults());
}

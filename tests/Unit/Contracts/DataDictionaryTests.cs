using Pipeline.Contracts;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class DataDictionaryTests
{
    private const string Command = "UPDATE_GOLDEN=1 bash infra/local/test.sh DataDictionary";

    [Fact]
    public void The_data_dictionary_is_current()
    {
        var path = Given.Repository("functions", "datasets", "README.md");
        var current = DataDictionary.Write(ContractReader.ReadFolder(Given.Repository("functions", "datasets")).Verified());
        var update = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1" && Environment.GetEnvironmentVariable("CI") is null;
        if (update) File.WriteAllText(path, current);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == current,
            $"functions/datasets/README.md does not say what the contracts say. Run: {Command}");
    }

    [Fact]
    public void A_dataset_is_explained_with_all_a_reader_of_its_rows_needs()
    {
        var contract = Given.Valid(Given.With("version: 3", "version: 3\ndescription: Orders | all.\nowner: Sales")
            .Replace("codec: snappy", "codec: snappy, bloom: [id, count]", StringComparison.Ordinal));

        Assert.Equal(
            """
            # Data dictionary

            Made from the contracts in this folder; change those, then run
            `UPDATE_GOLDEN=1 bash infra/local/test.sh DataDictionary`.

            ## orders

            Orders \| all.

            - version: 3
            - owner: Sales
            - source: Kafka topic `shop.orders`, one JSON object a record; timestamps without a zone are in Europe/Berlin
            - lake: `orders/day=…/*.parquet`, snappy, rows in order of `ordered_at`, bloom filters of `id`, `count`
            - table: `latest_orders`, one row for each `id`, `day`: the one with the latest `ordered_at`
            - a record: at most 2,048 bytes, nested at most 8 deep

            | column | type | always there | made from | what it is |
            |---|---|---|---|---|
            | `ordered_at` | timestamp | yes | `time` |  |
            | `day` (folder) | date | yes | the UTC day of `ordered_at` |  |
            | `id` | string, at most 36 characters | yes | `id`, else `order.id` |  |
            | `amount` | decimal(18,4) | no | `amount` |  |
            | `raw` | json | no | `extra` |  |
            | `share` | float64 | no | `share` |  |
            | `count` | int64 | no | `items.count` |  |

            """.ReplaceLineEndings("\n"),
            DataDictionary.Write(new ContractSet([contract], [])));
    }
}

using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class RowRuleTests
{
    private const string Rules =
        """
          - { name: user, type: string, from: user }
          - { name: visitor, type: string, from: visitor }
          - { name: bucket, type: int64, derive: "bucket(user, 16)" }
          - { name: site, type: string, derive: registered_domain(user) }
          - { name: land, type: string, derive: country(user) }
          - { name: either, type: string, derive: "coalesce(user, id)" }
        filters:
          - { name: test_traffic, drop: { column: user, starts_with: test- } }
          - { name: old, drop: { column: ordered_at, less_than: "2020-01-01T00:00:00Z" } }
        dedupe: { key: [id, amount], window: 36h, id: visitor }
        lake: { partition_by: [day]
        """;

    private static readonly string Contract = Given.With("lake: { partition_by: [day]", Rules);

    /// <summary>What is replaced, what stands there instead, and the fault.</summary>
    public static readonly TheoryData<string, string, string> Changes = new()
    {
        { "window: 36h", "window: 3w", "'window' of dedupe is '3w'; write a number of minutes, hours or days, at most 400 days" },
        { "window: 36h", "window: 0d", "'window' of dedupe is '0d'" },
        { "key: [id, amount], window", "window", "dedupe has no 'key'; add key: [the columns that identify a row]" },
        { "key: [id, amount]", "key: [id, raw]", "'raw' has type json, which cannot identify a row" },
        { "key: [id, amount]", "key: [id, nothing]", "'key' of dedupe names 'nothing', which is no column of this contract" },
        { "id: visitor }\nlake", "id: share }\nlake", "'share' has type float64, which cannot identify a row" },
        { "from: visitor }", "from: visitor, mask: hmac }", "'visitor' is masked, and its masks change with the keys" },
        { "window: 36h", "window: 36h, by: day", "'day' has type date, by which no window is measured" },
        { "starts_with: test-", "starts_with: test-, in: [a]", "'drop' of filter 1 has more than one test" },
        { "column: user, starts_with: test-", "column: user", "'drop' of filter 1 has no test; write one of in, not_in, starts_with" },
        { "column: user, starts", "column: amount, starts", "asks starts_with of 'amount', which has type decimal(18,4); ask it of a string column" },
        { "less_than: \"2020", "less_than: \"last 2020", "which is no timestamp; write a value of type timestamp" },
        { "name: old", "name: test_traffic", "filter 'test_traffic' is there twice" },
        { "bucket(user, 16)", "bucket(user, 1)", "'derive' of column 'bucket' asks for '1' buckets; write a whole number from 2 to 65536" },
        { "bucket(user, 16)", "bucket(amount, 16)", "column 'bucket' is made from 'amount', which has type decimal(18,4); name a string column" },
        { "type: int64, derive", "type: string, derive", "column 'bucket' is made by bucket(…) and has type string; write type: int64" },
        { "derive: country(user)", "derive: country(user), required: true", "is required, and country(…) can find nothing" },
        { "bucket(user, 16)\"", "bucket(user, 16)\", required: true", "column 'bucket' is required, but is made from 'user', which is not" },
        { "derive: country(user)", "derive: country(user), max_length: 2", "column 'land' is derived and has a max_length; remove it" },
        { "country(user)", "\"lookup(creatives.csv, user -> x)\"", "looks up 'creatives.csv', and this contract is read by itself" },
        { "country(user)", "\"lookup(../creatives.csv, user -> x)\"", "looks up '../creatives.csv', which is not the name of a CSV file" },
        { "partition_by: [day]", "partition_by: [day, either]", "'either' is made by coalesce(…), whose texts can be empty or too long for a folder" },
    };

    [Fact]
    public void Filters_dedupe_and_derivations_are_read_as_they_are_written()
    {
        var contract = Given.Valid(Contract);
        Assert.Equal((TimeSpan.FromHours(36), "ordered_at", "visitor"), (contract.Dedupe!.Window, contract.Dedupe.By, contract.Dedupe.Id));
        Assert.Equal(["id", "amount"], contract.Dedupe.Key);
        Assert.Equal(["test_traffic StartsWith user test-", "old LessThan ordered_at 2020-01-01T00:00:00Z"], contract.Filters.Select(filter =>
            $"{filter.Name} {filter.Test} {filter.Column} {string.Join(' ', filter.Values)}"));
        Assert.Equal(16, contract.Columns[contract.IndexOf("bucket")].Derive!.Buckets);
        Assert.True(contract.Columns[contract.IndexOf("either")].Required);
        Assert.False(contract.Columns[contract.IndexOf("bucket")].Required);
    }

    [Theory, MemberData(nameof(Changes))]
    public void One_change_gives_one_fault(string old, string changed, string fault)
    {
        Assert.Contains(old, Contract);
        var only = Assert.Single(Given.FaultsOf(Contract.Replace(old, changed, StringComparison.Ordinal)));
        Assert.Contains(fault, only);
    }

    [Theory]
    [InlineData("user,campaign\na,1\nb,2\n", null)]
    [InlineData("user,campaign\r\na,1\r\nb,\r\n", null)]
    [InlineData("user,name\na,1\n", "whose first line does not name 'campaign'")]
    [InlineData("user,campaign\na,1\na,2\n", "whose line 3 has a 'user' of an earlier line")]
    [InlineData("user,campaign\na\n", "whose line 2 has 1 fields and not 2")]
    [InlineData("user,campaign\n,1\n", "whose line 2 has no 'user'")]
    [InlineData("user,campaign\n\"a\",1\n", "whose line 2 has a quote")]
    public void A_file_that_is_looked_up_is_read_with_the_contract(string text, string? fault)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-contracts-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "reference"));
            File.WriteAllText(Path.Combine(folder, "reference", "users.csv"), text);
            var contract = Contract.Replace("country(user)", "\"lookup(users.csv, user -> campaign)\"", StringComparison.Ordinal);
            var reading = ContractReader.Read(contract, "orders.yaml", folder);
            if (fault is not null) Assert.Contains(fault, Assert.Single(reading.Faults).ToString());
            else Assert.Equal("1", reading.Contract!.Columns[reading.Contract.IndexOf("land")].Derive!.Table!.Values["a"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

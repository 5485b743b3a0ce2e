using System.Security.Cryptography;
using System.Numerics;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;

namespace Pipeline.Tests.Unit.Transforms.Rows;

public sealed class DerivedTextTests
{
    private static readonly DatasetContract Contract = Given.Contract(
        new("user", new(ColumnKind.String), ["user"]),
        new("sent", new(ColumnKind.String), ["sent"]),
        new("bucket", new(ColumnKind.Int64), [], new(DerivationKind.Bucket, "user") { Buckets = 16 }),
        new("found", new(ColumnKind.String), [], new(DerivationKind.Lookup, "user")
        {
            Table = new("users.csv", "campaign", new Dictionary<string, string> { ["u1"] = "c1", ["ü2"] = "c2" }),
        }),
        new("either", new(ColumnKind.String), [], new(DerivationKind.Coalesce, "sent", "found")),
        new("site", new(ColumnKind.String), [], new(DerivationKind.RegisteredDomain, "sent")),
        new("land", new(ColumnKind.String), [], new(DerivationKind.Country, "sent")));

    [Fact]
    public void Texts_are_looked_up_chosen_and_read()
    {
        Assert.Equal("c1|c1||", Row("""{"user":"u1"}""", 3));
        Assert.Equal("c2|c2||", Row("""{"user":"ü2","sent":""}""", 3));
        Assert.Equal("c1|France||FR", Row("""{"user":"u1","sent":"France"}""", 3));
        Assert.Equal("||||", Row("""{"sent":""}""", 2));
        Assert.Equal("|http://www.bbc.co.uk/|bbc.co.uk|", Row("""{"sent":"http://www.bbc.co.uk/"}""", 3));
    }

    [Fact]
    public void A_bucket_is_the_hash_modulo_the_number_of_buckets()
    {
        foreach (var user in (string[])["u1", "", "ü2", new string('x', 1000)])
        {
            var hash = new BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes(user)).AsSpan(0, 8), isUnsigned: true, isBigEndian: true);
            Assert.Equal(((int)(hash % 16)).ToString(), Row($$"""{"user":"{{user}}"}""", 2).Split('|')[0]);
        }
    }

    [Fact]
    public void A_bucket_keeps_its_number_for_ever() =>
        Assert.Equal(["6", "5"], ((string[])["user_1", "user_2"]).Select(user => Row($$"""{"user":"{{user}}"}""", 2).Split('|')[0]));

    private static string Row(string json, int from)
    {
        var batch = RecordBatches.For(Contract);
        new JsonDecoder(JsonDecodePlan.Compile(Contract)).Decode(Given.Block(Given.Record(1, json)), batch, new Refusals(), new());
        return string.Join('|', batch.Columns.Skip(from).Select(column => column switch
        {
            _ when column.IsNull(0) => "",
            TextColumn texts => Encoding.UTF8.GetString(texts[0]),
            _ => ((FixedColumn<long>)column).Values[0].ToString(),
        }));
    }

    private sealed class Refusals : Pipeline.Transforms.Ports.IRejectionSink
    {
        public void Refuse(in Domain.Publications.Rejection rejection) => Assert.Fail(rejection.Message);
    }
}

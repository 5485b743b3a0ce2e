using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>Masks in a contract: what is read, and every place where one cannot be.</summary>
public sealed class MaskContractTests
{
    private const string Id = "{ name: id, type: string, from: [id, order.id], required: true, max_length: 36 }";

    private const string Raw = "{ name: raw, type: json, from: extra }";

    public static TheoryData<string, string, string> Changes => new()
    {
        { Raw, "{ name: who, type: string, from: who, mask: hash }", "'mask' of column 'who' is 'hash', which is no mask; write one of hmac, aes_siv" },
        { Raw, "{ name: who, type: string, from: who, mask_domain: user }", "column 'who' has a mask_domain and no mask that has one" },
        { Raw, "{ name: who, type: string, from: who, mask: truncate_ip, mask_domain: user }", "has a mask_domain and no mask that has one" },
        { Raw, "{ name: who, type: string, from: who, mask: hmac, mask_domain: User }", "'User' cannot be the name of a mask domain" },
        { Raw, "{ name: who, type: string, from: who, mask: drop, required: true }", "column 'who' is dropped, and required" },
        { Raw, "{ name: who, type: string, from: who, mask: drop, default: nobody }", "column 'who' is dropped, and has a default" },
        { Raw, "{ name: who, type: string, from: id }", "column 'who' reads 'id', which line 7 reads already" },
        { Raw, "{ name: who, type: string, derive: previous_mask(id) }", "column 'who' is made from 'id', which no key masks; name a column with mask: hmac" },
        { Raw, "{ name: who, type: int64, derive: previous_mask(id) }", "column 'who' is made by previous_mask(…) and has type int64; write type: string" },
        { "type: timestamp, from: time, required: true", "type: timestamp, from: time, mask: hmac, required: true", "has a mask and type timestamp" },
        { "derive: date(ordered_at) }", "derive: date(ordered_at), mask: hmac }", "column 'day' is derived and has a mask" },
        { Id, Id.Replace("max_length: 36", "mask: truncate_ip"), "'id' is masked and cannot be in the table's key" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_mask_that_cannot_be_is_a_fault(string old, string changed, string fault) =>
        Assert.Contains(Given.FaultsOf(Given.With(old, changed)), each => each.Contains(fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("hmac", "string", "coalesce(who, id)")]
    [InlineData("aes_siv", "string", "coalesce(id, who)")]
    [InlineData("drop", "string", "registered_domain(who)")]
    [InlineData("hmac", "string", "country(who)")]
    [InlineData("truncate_ip", "string", "lookup(networks.csv, who -> office)")]
    [InlineData("hmac", "decimal(20,10)", "fx_rate(who, day)")]
    public void Nothing_is_derived_that_tells_what_a_mask_hides(string mask, string type, string derive)
    {
        var text = Given.With(Raw, $$"""
            { name: who, type: string, from: who, mask: {{mask}} }
              - { name: told, type: "{{type}}", derive: "{{derive}}" }
            """.Trim());
        var form = $"{derive[..derive.IndexOf('(')]}(…)";
        Assert.Contains(Given.FaultsOf(text), each => each.Contains(
            $"column 'told' is made from 'who', which is masked, and {form} tells what the mask hides; name a column without a mask, or remove column 'told'",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("string", "coalesce(before, id)")]
    [InlineData("int64", "bucket(before, 16)")]
    public void Nothing_is_derived_from_a_pseudonym_that_is_not_there_yet(string type, string derive)
    {
        var text = Given.With(Raw, $$"""
            { name: who, type: string, from: who, mask: hmac }
              - { name: before, type: string, derive: previous_mask(who) }
              - { name: told, type: {{type}}, derive: "{{derive}}" }
            """.Trim());
        Assert.Contains(Given.FaultsOf(text), each => each.Contains(
            "column 'told' is made from 'before', which has a value only when masks are put on", StringComparison.Ordinal));
    }

    [Fact]
    public void A_masked_column_cannot_be_a_folder()
    {
        var text = Given.With(Raw, "{ name: who, type: string, from: who, mask: hmac }").Replace("partition_by: [day]", "partition_by: [day, who]");
        Assert.Contains("'who' is masked and cannot be in partition_by", Assert.Single(Given.FaultsOf(text)));
    }

    [Fact]
    public void Without_an_event_time_no_key_version_can_be_chosen()
    {
        var text = Given.With(Raw, "{ name: who, type: string, from: who, mask: hmac }").Replace("from: time, required: true", "from: time");
        Assert.Contains("column 'who' is masked by a key, and no event time tells which version", string.Join('\n', Given.FaultsOf(text)));
    }

    [Fact]
    public void Masks_are_read_with_their_domains()
    {
        var contract = Given.Valid(Given.With(Raw, """
            { name: who, type: string, from: who, mask: hmac }
              - { name: who_before, type: string, derive: previous_mask(who) }
              - { name: who_bucket, type: int64, derive: "bucket(who, 16)" }
              - { name: buyer, type: string, from: buyer, mask: aes_siv, mask_domain: who }
              - { name: ip, type: string, from: ip, mask: truncate_ip }
              - { name: ip_as_it_was, type: string, from: ip, mask: drop }
            """.Trim()));

        Assert.Equal(new MaskSpec(MaskKind.Hmac, "who"), contract.Columns[contract.IndexOf("who")].Mask);
        Assert.Equal(new Derivation(DerivationKind.PreviousMask, "who"), contract.Columns[contract.IndexOf("who_before")].Derive);
        Assert.False(contract.Columns[contract.IndexOf("who_before")].Required);
        Assert.Equal(new Derivation(DerivationKind.Bucket, "who") { Buckets = 16 }, contract.Columns[contract.IndexOf("who_bucket")].Derive);
        Assert.Equal(new MaskSpec(MaskKind.AesSiv, "who"), contract.Columns[contract.IndexOf("buyer")].Mask);
        Assert.Equal(MaskKind.TruncateIp, contract.Columns[contract.IndexOf("ip")].Mask!.Kind);
        Assert.Equal(MaskKind.Drop, contract.Columns[contract.IndexOf("ip_as_it_was")].Mask!.Kind);
    }
}

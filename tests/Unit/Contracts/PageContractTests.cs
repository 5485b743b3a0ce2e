using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>Contracts whose records come in providers' pages.</summary>
public sealed class PageContractTests
{
    private const string Valid =
        """
        dataset: orders
        version: 1
        sources:
          - { kind: facebook, streams: [campaign, ad], records: [data, rows], envelope: [paging], numbers: text, unread: [x] }
          - { kind: google_ads, streams: [campaign], records: results, envelope: [fieldMask], field_mask: fieldMask, records_optional: true, nulls: [""] }
        columns:
          - { name: platform, type: string, from: _slice.source, required: true }
          - { name: account, type: string, from: _slice.account, required: true }
          - { name: level, type: string, from: _slice.stream, required: true }
          - { name: day, type: date, from: { facebook: date_start, google_ads: segments.date }, required: true }
          - { name: ad, type: string, from: { facebook: ad_id }, default: "", required_in: [ad] }
          - { name: spend, type: "decimal(20,6)", from: { facebook: spend, google_ads: m.cost }, unit: { google_ads: micros }, default: 0, round: true }
          - { name: bought, type: "decimal(20,6)", from: { facebook: "acts[type=a.b].value" }, default: { facebook: 0.5 } }
          - { name: at, type: timestamp, from: ts, format: compact_local }
          - { name: local_day, type: date, derive: local_date(at) }
          - { name: currency, type: string, from: _slice.currency }
          - { name: rate, type: "decimal(20,10)", derive: "fx_rate(currency, day)" }
          - { name: spend_base, type: "decimal(20,6)", derive: "times(spend, rate)" }
        lake: { partition_by: [day, platform, account, level] }
        table:
          name: latest
          key: [platform, account, level, day, ad]
          mode: replace_slice
          slice: { source: platform, account: account, stream: level, day: day }
        quality: { max_reject_ratio: 0.1 }
        """;

    public static TheoryData<string, string, string> Changes => new()
    {
        { "sources:", "source: { kind: kafka, topic: t, format: json }\nsources:",
            "the contract has both 'source' and 'sources'; move it into the list" },
        { "kind: google_ads", "kind: facebook", "'sources' has two of kind facebook; write one with the streams of both" },
        { "kind: facebook, streams", "kind: facebook, topic: t, streams",
            "'topic' is no key of source 1; write one of kind, streams, records" },
        { "records: results, ", "", "source 2 has no 'records'; add records: and the key of an answer's list of records" },
        { "envelope: [paging]", "envelope: [paging, data]", "source 1 names 'data' twice; name it once, in records or envelope" },
        { "field_mask: fieldMask", "field_mask: mask", "'field_mask' of source 2 is 'mask', which is not in its envelope; write it in envelope: too" },
        { "numbers: text", "numbers: words", "'numbers' of source 1 is 'words', which is no form of numbers; write 'text'" },
        { "google_ads: segments.date", "clevertap: segments.date",
            "'from' of column 'day' names 'clevertap', which is no source of this contract" },
        { ", google_ads: segments.date", "", "column 'day' is required and has no path for google_ads; add google_ads: and the path there, or a default" },
        { "_slice.source", "_slice.platform", "'from' of column 'platform' is '_slice.platform', which no page's header has; write one of source, account" },
        { "acts[type=a.b].value", "acts[type].value", "'from' of column 'bought' is 'acts[type].value', which is no path; write list[key=text].member" },
        { "acts[type=a.b].value", "ad_id[type=a].value", "column 'bought' reads 'ad_id[type=a].value', but line 11 reads its parent as a value" },
        { "unit: { google_ads: micros }", "unit: { google_ads: cents }",
            "'unit' of column 'spend' is 'cents', which is no unit; write 'micros', the only unit" },
        { "{ facebook: 0.5 }", "{ facebook: half }", "'default' of column 'bought' is 'half', and its type is decimal(20,6); write a value of that type" },
        { "{ facebook: 0.5 }", "{ facebook: 0.1234567 }", "'default' of column 'bought' is '0.1234567', and its type is decimal(20,6)" },
        { "required_in: [ad]", "required_in: [adset]", "'required_in' of column 'ad' names 'adset', which no source has; write one of campaign, ad" },
        { "format: compact_local", "format: iso", "'format' of column 'at' is 'iso', which is no format; write 'compact_local', the only format" },
        { "fx_rate(currency, day)", "fx_rate(day, day)", "column 'rate' is made from 'day', which has type date; name a string column with the currency's code" },
        { "times(spend, rate)", "times(spend)", "'derive' of column 'spend_base' is 'times(spend)'; write one of date(column), local_date(column)" },
        { "times(spend, rate)", "times(spend, spend_base)", "column 'spend_base' is made from 'spend_base', which is derived and does not stand in front of it" },
        { "derive: \"fx_rate", "required: true, derive: \"fx_rate",
            "column 'rate' is required, and the table of rates can lack one; remove required" },
        { "partition_by: [day, platform, account, level]", "partition_by: [day, account, level]",
            "'platform' is the source of a slice and no folder of the lake; add it to partition_by: a folder is one slice" },
        { "key: [platform, account, level, day, ad]", "key: [platform, account, day, ad]",
            "'level' is the stream of a slice and not in the table's key; add it to the key" },
        { "source: platform, account", "account", "slice has no 'source'; add source: and the column that holds it" },
        { "day: day }", "day: at }", "'at' has type timestamp and is the day of a slice; name a date column" },
        { "mode: replace_slice", "mode: replace_slice\n  newer_by: at", "'newer_by' of table stands beside another mode; remove it" },
        { "max_reject_ratio: 0.1", "agreements: [{ name: ad_detail, column: spend, stream: campaign }]",
            "item 1 of 'agreements' of quality is compared with nothing; write one of with_stream and with_dataset" },
        { "max_reject_ratio: 0.1", "agreements: [{ name: ad_detail, column: spend, with_stream: ad }]", "has no 'stream'; add stream: and the stream that tells it" },
        { "max_reject_ratio: 0.1", "agreements: [{ name: ad_detail, column: level, stream: campaign, with_stream: ad }]",
            "'level' has type string, which has no sum" },
        { "max_reject_ratio: 0.1", "ratios: [{ name: part, of: spend, to: day }]", "'day' has type date, which has no sum" },
        { "max_reject_ratio: 0.1", "ratios: [{ name: Part, of: spend, to: bought }]", "'Part' cannot be the name of a ratio" },
        { "max_reject_ratio: 0.1", "max_delay: 1d",
            "'max_delay' of quality is the age of events, and slices are late by when they usually come; remove it" },
        { "max_reject_ratio: 0.1", "max_reject_ratio: 5", "'max_reject_ratio' of quality is '5'; write a number from 0 to 1, without quotes: 0.05" },
    };

    [Theory, MemberData(nameof(Changes))]
    public void What_is_wrong_is_told_with_what_to_write(string old, string changed, string fault)
    {
        Assert.Contains(old, Valid);
        Assert.Contains(Given.FaultsOf(Valid.Replace(old, changed)), told => told.StartsWith("orders.yaml:") && told.Contains(fault));
    }

    [Fact]
    public void The_count_of_a_days_rows_and_a_sum_have_two_names()
    {
        static string Summing(string column) => Valid.Replace("lake:", $"  - {{ name: {column}, type: int64, from: n }}\nlake:")
            .Replace("max_reject_ratio: 0.1", $"volume: {{ of: [{column}] }}");
        Assert.Contains("names 'rows', as alerts name the count itself", Assert.Single(Given.FaultsOf(Summing("rows"))));
        Assert.Equal(["records"], Given.Valid(Summing("records")).Quality.VolumeOf);
    }

    [Theory]
    [InlineData("volume", "{ deviation: 0.4 }")]
    [InlineData("columns", "[{ column: value, min: 0 }]")]
    [InlineData("ratios", "[{ name: ctr, of: clicks, to: impressions }]")]
    public void What_is_computed_has_no_rules_of_what_arrives(string key, string rule)
    {
        var counts = File.ReadAllText(Given.Repository("functions", "datasets", "campaign_counts.yaml"));
        var fault = Assert.Single(ContractReader.Read($"{counts}\nquality: {{ {key}: {rule} }}", "campaign_counts.yaml").Faults);
        Assert.EndsWith(
            $"'{key}' of quality is judged of what arrives, and these rows are computed of datasets that are judged themselves; remove it",
            fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_contract_of_several_sources_is_bound_to_one_of_them_and_a_stream()
    {
        var contract = Given.Valid(Valid);
        var (facebook, google) = (contract.For(SourceKind.Facebook, "ad"), contract.For(SourceKind.GoogleAds, "campaign"));

        Assert.Equal(["data", "rows"], facebook.Source.Pages!.Records);
        Assert.Equal(new TableSpec("latest", contract.Table!.Key, null, TableMode.ReplaceSlice,
            new("platform", "account", "level", "day")), contract.Table);
        Assert.Equal(0.1, contract.Quality.MaxRejectRatio);
        Assert.Equal("date_start / segments.date", $"{Column(facebook, "day").From[0]} / {Column(google, "day").From[0]}");
        Assert.Equal((true, 0), (Column(facebook, "ad").Required, Column(facebook, "ad").Defaults.Count));
        Assert.Equal("\"\"", Column(google, "ad").Defaults[SourceKind.GoogleAds]);
        Assert.Equal((0, 1), (Column(facebook, "spend").Units.Count, Column(google, "spend").Units.Count));
        Assert.Equal((true, false), (Column(contract, "spend").Required, Column(contract, "bought").Required));
        Assert.Equal(new Derivation(DerivationKind.Times, "spend", "rate"), Column(contract, "spend_base").Derive);

        static ColumnSpec Column(DatasetContract contract, string name) => contract.Columns[contract.IndexOf(name)];
    }

    [Fact]
    public void A_stream_feeds_the_datasets_that_name_it_or_else_those_that_take_the_rest()
    {
        var shipped = ContractReader.ReadFolder(Given.Repository("functions", "datasets"));

        Assert.Equal("ad_performance facebook_insights", Fed("facebook", "campaign"));
        Assert.Equal("ad_performance google_ads_rows", Fed("google_ads", "ad"));
        Assert.Equal("ad_entities", Fed("google_ads", "entities"));
        Assert.Equal("clevertap_events", Fed("clevertap", "App Launched"));
        Assert.Equal("clevertap_profiles", Fed("clevertap", "profiles"));
        Assert.Equal("", Fed("tiktok", "ad"));

        string Fed(string source, string stream) => string.Join(' ', shipped.FedBy(source, stream).Select(contract => contract.Dataset));
    }

    [Fact]
    public void Whatever_the_bytes_are_the_reader_answers()
    {
        var random = new Random(20_261_121);
        const string Special = "{}[],:'\"#-= \n.()";
        for (var round = 0; round < 500; round++)
        {
            var text = Valid.ToCharArray().ToList();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(text.Count);
                if (random.Next(3) == 0) text.RemoveRange(at, Math.Min(random.Next(1, 40), text.Count - at));
                else text.Insert(at, Special[random.Next(Special.Length)]);
            }
            var written = string.Concat(text);
            var reading = ContractReader.Read(written, "orders.yaml");
            Assert.True(reading.Contract is null == reading.Faults.Count > 0, written);
        }
    }
}

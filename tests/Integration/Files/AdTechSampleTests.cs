using System.Text;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Files.SampleWorld;

namespace Pipeline.Tests.Integration.Files;

public sealed class AdTechSampleTests(PostgresServer postgres)
{
    private const string Identity = "occurred_at::VARCHAR, user_id, creative_id, campaign_id, user_bucket, event_date::VARCHAR";

    [Theory]
    [InlineData("ad_impressions", "impressions.ndjson")]
    [InlineData("clicks", "clicks.csv")]
    [InlineData("conversions", "conversions.csv")]
    public async Task Every_record_of_the_sample_becomes_what_is_expected(string dataset, string file)
    {
        await using var world = await CreateAsync(postgres);
        await world.DropAsync($"{dataset}/{file}", await File.ReadAllBytesAsync(Sample(file), TestContext.Current.CancellationToken));
        Assert.Equal(1, await world.LandAsync(dataset));
        var counts = await world.PublishAsync(dataset);

        var expected = Expected(file);
        var rejected = expected.GetProperty("rejected").EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetInt64());
        Assert.Equal(
            new PublicationCounts(
                expected.GetProperty("records").GetInt64(), expected.GetProperty("rows").GetInt64(), expected.GetProperty("duplicates").GetInt64(),
                rejected.Values.Sum()),
            counts);
        Assert.Equal(rejected, await world.RejectedAsync(dataset));
        Assert.Equal(
            [$"{counts.Out}|0|0"],
            world.Rows(dataset, "count(*)::VARCHAR, count_if(user_bucket NOT BETWEEN 0 AND 15)::VARCHAR, count_if(user_id LIKE 'test-%')::VARCHAR"));
    }

    [Fact]
    public async Task Every_slot_of_the_bid_requests_is_a_row_once()
    {
        await using var world = await CreateAsync(postgres);
        await world.DropAsync("bid-requests/a.avro", await File.ReadAllBytesAsync(Sample("bid_requests.avro"), TestContext.Current.CancellationToken));
        Assert.Equal(1, await world.LandAsync("bid_requests"));
        var (counts, expected) = (await world.PublishAsync("bid_requests"), Expected("bid_requests.avro"));
        Assert.Equal(
            new PublicationCounts(
                expected.GetProperty("records").GetInt64(), expected.GetProperty("rows").GetInt64(), expected.GetProperty("duplicates").GetInt64(), 0),
            counts);
        Assert.Equal(
            ["CIV|CI", "DEU|DE", "GBR|GB", "USA|US", "XXX|null", "null|null"],
            world.Rows("bid_requests", "DISTINCT coalesce(sent_country, 'null'), coalesce(country, 'null')").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Campaigns_domains_and_countries_are_found()
    {
        await using var world = await CreateAsync(postgres);
        await world.DropAsync("ad_impressions/a.ndjson", await File.ReadAllBytesAsync(Sample("impressions.ndjson"), TestContext.Current.CancellationToken));
        await world.LandAsync("ad_impressions");
        await world.PublishAsync("ad_impressions");
        Assert.Equal(["0|0"], world.Rows("ad_impressions",
            "count_if(campaign_id IS NULL)::VARCHAR, count_if(campaign_id <> creative_campaign_id OR campaign_id <> coalesce(sent_campaign_id, campaign_id))::VARCHAR"));
        Assert.Equal(
            [
                "example.org.|example.org", "http://192.0.2.7/|null", "http://Sport.Example.de:8080/|example.de",
                "https://bücher.example/neu|xn--bcher-kva.example", "https://news.example.com/politics?id=7|example.com",
                "https://someone.github.io/page|someone.github.io", "null|null", "shop.example.com.au/cart|example.com.au",
                "www.example.co.uk|example.co.uk",
            ],
            world.Rows("ad_impressions", "DISTINCT coalesce(website, 'null'), coalesce(website_domain, 'null')").Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "Atlantis|null", "Côte d'Ivoire|CI", "DE|DE", "GB|GB", "Germany|DE", "USA|US", "United Kingdom|GB", "deu|DE", "null|null", "us|US",
            ],
            world.Rows("ad_impressions", "DISTINCT coalesce(sent_country, 'null'), coalesce(country, 'null')").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Twenty_files_in_any_order_and_any_split_give_the_same_rows(int seed)
    {
        var random = new Random(seed);
        var stopping = TestContext.Current.CancellationToken;
        var lines = await File.ReadAllLinesAsync(Sample("clicks.csv"), stopping);
        await using var whole = await CreateAsync(postgres);
        await whole.DropAsync("clicks/all.csv", await File.ReadAllBytesAsync(Sample("clicks.csv"), stopping));
        await whole.LandAsync("clicks");
        var expected = await whole.PublishAsync("clicks");

        await using var split = await CreateAsync(postgres);
        var records = lines[1..];
        random.Shuffle(records);
        var cuts = Enumerable.Range(0, 19).Select(_ => random.Next(records.Length)).Order().Append(records.Length).ToList();
        var sum = default(PublicationCounts);
        for (var (i, from) = (0, 0); i < cuts.Count; from = cuts[i++])
        {
            var content = string.Join('\n', records[from..cuts[i]].Prepend(lines[0])) + "\n";
            await split.DropAsync($"clicks/{random.Next():x8}-{i}.csv", Encoding.UTF8.GetBytes(content));
            if (random.Next(3) != 0 && i + 1 < cuts.Count) continue;
            await split.LandAsync("clicks", chunkBytes: random.Next(64, 4096));
            var counts = await split.PublishAsync("clicks", maxRawBytes: random.Next(1, 20_000));
            sum = new(sum.In + counts.In, sum.Out + counts.Out, sum.Duplicates + counts.Duplicates, sum.Rejected + counts.Rejected);
        }

        Assert.Equal(expected, sum);
        Assert.Equal(whole.Rows("clicks", Identity), split.Rows("clicks", Identity));
    }

    [Fact]
    public async Task A_file_under_two_names_and_a_replaced_one_give_each_row_once()
    {
        await using var world = await CreateAsync(postgres);
        var content = await File.ReadAllBytesAsync(Sample("clicks.csv"), TestContext.Current.CancellationToken);
        await world.DropAsync("clicks/a.csv", content);
        await world.DropAsync("clicks/b.csv", content);
        Assert.Equal(2, await world.LandAsync("clicks"));
        var both = await world.PublishAsync("clicks");
        Assert.Equal((Expected("clicks.csv").GetProperty("rows").GetInt64(), 2 * Expected("clicks.csv").GetProperty("records").GetInt64()), (both.Out, both.In));

        File.Delete(Path.Combine(world.Root, "drop", "clicks", "a.csv"));
        await world.DropAsync("clicks/a.csv", [.. content, .. "2026-03-09T23:00:00.000Z,user-new,cmp-001,cr-0001,,\n"u8]);
        Assert.Equal(1, await world.LandAsync("clicks"));
        Assert.Equal(1, (await world.PublishAsync("clicks")).Out);
    }
}

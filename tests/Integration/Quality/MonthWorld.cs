using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>A ledger to which a month happens hour by hour, on a clock of its own: landed segments are counted by the ledger's own trigger,
/// published facts are written by the statements of a commit, and CheckHealth's use case judges every hour.</summary>
internal sealed class MonthWorld
{
    private const int WeeksBefore = 5;

    private static readonly IReadOnlyDictionary<string, DatasetContract> Contracts =
        ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Contracts.ToDictionary(each => each.Dataset);

    private readonly NpgsqlDataSource source;
    private readonly Month month;
    private readonly Clock clock = new();
    private readonly IReadOnlyList<EventTraffic> streams;
    private readonly AdTraffic ads;
    private readonly FactWriter writer;
    private readonly List<(DateTimeOffset At, DayOfAds Day)> extractions = [];

    public MonthWorld(NpgsqlDataSource source, Month month, int seed)
    {
        (this.source, this.month) = (source, month);
        streams =
        [
            new(new("user_actions", 20_000, Shards("user-actions", 8), null, new Dictionary<string, double> { ["product_name"] = 0.03 }),
                month, seed),
            new(new("ad_impressions", 60_000, Shards("ad-impressions", 8), 0.01,
                new Dictionary<string, double> { ["impression_id"] = 0.1, ["sent_country"] = 0.04, ["website"] = 0.02 }), month, seed + 1),
            new(new("clicks", 2_000, Shards("clicks", 4), 0.01,
                new Dictionary<string, double> { ["sent_campaign_id"] = 0.08, ["creative_id"] = 0.01, ["sent_country"] = 0.04 }), month,
                    seed + 2),
            new(new("conversions", 150, Shards("conversions", 2), 0.01,
                new Dictionary<string, double> { ["campaign_id"] = 0.15, ["currency"] = 0.05, ["conversion_id"] = 0.1 }, ("value", 45)),
                    month, seed + 3),
            new(new("user_logins", 600, ["sqs~user-logins"], null, new Dictionary<string,
                double> { ["locale"] = 0.1, ["device_type"] = 0.02 }), month, seed + 4),
        ];
        ads = new(month, seed + 5);
        writer = new(source);
    }

    /// <summary>Everything, from the weeks before to the month's end.</summary>
    public async Task<IReadOnlyList<RaisedAlert>> RunAsync(CancellationToken stopping)
    {
        await HistoryAsync(stopping);
        var check = new CheckDataset(new QualityReader(source), new Alerts(source, clock), clock);
        for (var hour = month.From; hour < month.To; hour = hour.AddHours(1))
        {
            var brought = streams.Select(stream => (stream.Shape, Hour: stream.Next(hour))).ToList();
            await writer.LandAsync(brought, stopping);
            await writer.CommitAsync([.. brought.Where(each => each.Hour.Rows > 0)
                .Select(each => (each.Shape.Dataset, Result(each.Shape, each.Hour), hour.AddMinutes(59)))], stopping);
            if (hour.Hour == 23) Extract(DateOnly.FromDateTime(hour.UtcDateTime));
            clock.Now = hour.AddHours(1).AddMinutes(5);
            foreach (var due in extractions.Where(each => each.At < clock.Now).ToList())
            {
                await writer.PublishSliceAsync(due.Day, due.At, stopping);
                extractions.Remove(due);
            }
            await Task.WhenAll(streams.Select(stream => stream.Shape.Dataset).Append("ad_performance")
                .Select(dataset => check.RunAsync(Contracts[dataset], stopping)));
        }
        return await Given.QueryAsync(source,
            "SELECT dataset, code, subject, raised_at, resolved_at, query FROM pipeline.alert ORDER BY id", row => new RaisedAlert(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4), row.IsDBNull(5) ? null : row.GetString(5)));
    }

    private async Task HistoryAsync(CancellationToken stopping)
    {
        var from = month.From.AddDays(-7 * WeeksBefore);
        var days = new List<(DateTimeOffset, DayOfAds)>();
        foreach (var stream in streams)
        {
            var hours = new List<HourOfTraffic>();
            for (var hour = from; hour < month.From; hour = hour.AddHours(1)) hours.Add(stream.Next(hour));
            await writer.FillAsync(stream.Shape, hours, stopping);
        }
        for (var day = DateOnly.FromDateTime(from.UtcDateTime); day < DateOnly.FromDateTime(month.From.UtcDateTime); day = day.AddDays(1)) Extract(day);
        foreach (var (at, day) in extractions) days.Add((at, day));
        extractions.Clear();
        await writer.FillAsync(days, stopping);
    }

    private void Extract(DateOnly day)
    {
        var made = ads.Next(day, streams[2].Made[day], streams[3].Made[day]);
        extractions.AddRange(made.Select(each => (ads.ExtractedAt(each.Series, day), each)));
    }

    private static PublicationResult Result(StreamShape shape, HourOfTraffic hour) => new(
        new(hour.Rows, hour.Published, hour.Duplicates, hour.Rejected), [],
        [new(RejectionCode.WrongType, "x", hour.Rejected, new("x", 1), 0)], new Dictionary<string, long>(), hour.Hour, hour.Newest)
    {
        EventHours = hour.Events,
        Profiles =
        [
            .. shape.Nulls.Keys.Select(column => new ColumnProfile(null, null, column, hour.Published, hour.Nulls[column], 0, 0)),
            .. shape.Value is { } value ? new[] { new ColumnProfile(null, null, value.Column, hour.Published, 0, hour.Outside, hour.Total) }
                : [],
        ],
    };

    private static string[] Shards(string topic, int count) => [.. Enumerable.Range(0, count).Select(number => $"{topic}-{number}-g1")];
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Attribution;
using Pipeline.Domain.Ports;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Bench.Scenarios.Attributing;

/// <summary>The events as objects of a lake, and a file that lists them.</summary>
internal static class AdLake
{
    public static readonly IReadOnlyList<string> Datasets = [AttributionNames.Impressions, AttributionNames.Clicks,
        AttributionNames.Conversions];

    /// <summary>Writes the objects that are not there yet.</summary>
    /// <returns>The file that lists them.</returns>
    public static async Task<string> WriteAsync(IObjectStore lake, long events)
    {
        var list = Path.Combine(lake.Root, "objects.json");
        if (File.Exists(list)) return list;
        var objects = new List<LakeObject>();
        foreach (var dataset in Datasets)
            for (var day = 0; day < AdEvents.Days; day++)
                for (var bucket = 0; bucket < AttributionNames.Buckets; bucket++)
                    objects.Add(await WriteAsync(lake, dataset, day, bucket, events));
        await File.WriteAllTextAsync(list, JsonSerializer.Serialize(objects));
        return list;
    }

    private static async Task<LakeObject> WriteAsync(IObjectStore lake, string dataset, int number, int bucket, long events)
    {
        var day = AdEvents.FirstDay.AddDays(number);
        var key = string.Create(CultureInfo.InvariantCulture,
            $"{dataset}/event_date={day:yyyy-MM-dd}/{AttributionNames.FolderOf(bucket)}/1-0.parquet");
        var (times, users, campaigns) = (new FixedColumn<long>(), new Utf8Column(), new Utf8Column());
        var (creatives, types, values, currencies) = (new Utf8Column(), new Utf8Column(), new FixedColumn<Int128>(), new Utf8Column());
        foreach (var each in AdEvents.Of(dataset, number, bucket, events))
        {
            times.Append(each.Time);
            users.Append(Encoding.UTF8.GetBytes(AdEvents.UserId(each.User)));
            campaigns.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"campaign-{each.Campaign}")));
            creatives.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"creative-{each.Creative}")));
            types.Append("purchase"u8);
            values.Append(each.Creative * 10_000);
            currencies.Append("EUR"u8);
        }
        ParquetField[] touch = [new("occurred_at", ParquetType.Timestamp, false), new("user_id", ParquetType.Utf8, false),
            new("campaign_id", ParquetType.Utf8, true)];
        var (fields, columns) = dataset == AttributionNames.Conversions
            ? ([.. touch, new("conversion_type", ParquetType.Utf8, false), new("value", ParquetType.Decimal(18, 4), true),
                new("currency", ParquetType.Utf8, true)],
                (Column[])[times, users, campaigns, types, values, currencies])
            : ((ParquetField[])[.. touch, new("creative_id", ParquetType.Utf8, true)], (Column[])[times, users, campaigns, creatives]);
        using var file = new MemoryStream();
        using (var encoder = new ColumnEncoder(new()))
        {
            var writer = new ParquetWriter(file, fields, encoder, [], []);
            writer.WriteRowGroup(columns);
            writer.Finish();
        }
        await lake.PutAsync(key, file.GetBuffer().AsMemory(0, (int)file.Length), default);
        return new(key, day, times.Count);
    }
}

using Pipeline.Domain.Attribution;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Sources.Attribution;

/// <summary>The objects that some days of a bucket are computed from.</summary>
internal sealed record BucketObjects(
    int Bucket, IReadOnlyList<LakeObject> Conversions, IReadOnlyList<LakeObject> Clicks, IReadOnlyList<LakeObject> Impressions)
{
    /// <summary>Conversions in them.</summary>
    public long ConversionRows => Conversions.Sum(each => each.Rows);
}

/// <summary>Reads the lake's events of a bucket as the manifest has them.</summary>
internal sealed class LakeEvents(IAttributionLedger ledger, IObjectStore lake)
{
    private static readonly LakeColumn[] TouchColumns =
    [
        new("occurred_at", ParquetKind.Timestamp), new("user_id", ParquetKind.Utf8),
        new("user_id_before", ParquetKind.Utf8, Optional: true),
        new("campaign_id", ParquetKind.Utf8, Optional: true), new("creative_id", ParquetKind.Utf8, Optional: true),
    ];

    private static readonly LakeColumn[] ConversionColumns =
    [
        .. TouchColumns[..4], new("conversion_id", ParquetKind.Utf8, Optional: true), new("conversion_type", ParquetKind.Utf8),
        new("value", ParquetKind.Decimal), new("currency", ParquetKind.Utf8),
    ];

    private readonly LakeRows touches = new(lake, TouchColumns);
    private readonly LakeRows conversions = new(lake, ConversionColumns);

    /// <summary>Finds the conversions of the days, and the touches of those days and of the look-back before each.</summary>
    /// <param name="days">Ascending.</param>
    public async Task<BucketObjects> FindAsync(int bucket, IReadOnlyList<DateOnly> days, int lookbackDays, CancellationToken stopping)
    {
        var (first, last) = (days[0].AddDays(-lookbackDays), days[^1]);
        return new(
            bucket, Needed(await ledger.ObjectsAsync(AttributionNames.Conversions, bucket, days[0], last, stopping), 0),
            Needed(await ledger.ObjectsAsync(AttributionNames.Clicks, bucket, first, last, stopping), lookbackDays),
            Needed(await ledger.ObjectsAsync(AttributionNames.Impressions, bucket, first, last, stopping), lookbackDays));

        List<LakeObject> Needed(IReadOnlyList<LakeObject> objects, int before) =>
            [.. objects.Where(each => days.Any(day => each.Day <= day && each.Day >= day.AddDays(-before)))];
    }

    /// <summary>Feeds a correlation with all events and resolves it.</summary>
    /// <exception cref="TransientException">An object was superseded and removed meanwhile: find the objects anew.</exception>
    public async Task FeedAsync(BucketObjects objects, Correlation correlation, CancellationToken stopping)
    {
        foreach (var each in objects.Conversions)
            await ReadAsync(objects, AttributionNames.Conversions, each, conversions, read => correlation.Add(Conversion(read)), stopping);
        correlation.Seal();
        foreach (var each in objects.Clicks)
            await ReadAsync(
                objects, AttributionNames.Clicks, each, touches, read => correlation.Add(TouchKind.Click, Touch(read)), stopping);
        foreach (var each in objects.Impressions)
            await ReadAsync(
                objects, AttributionNames.Impressions, each, touches, read => correlation.Add(TouchKind.View, Touch(read)), stopping);
        correlation.Resolve();
    }

    private async Task ReadAsync(
        BucketObjects objects, string dataset, LakeObject each, LakeRows rows, Action<Column?[]> take, CancellationToken stopping)
    {
        try
        {
            await rows.ReadAsync(each.Key, take, stopping);
        }
        catch (TerminalException error)
        {
            var now = await ledger.ObjectsAsync(dataset, objects.Bucket, each.Day, each.Day, stopping);
            if (now.Any(standing => standing.Key == each.Key)) throw;
            throw new TransientException($"{each.Key} was superseded while it was read; run it again.", error);
        }
    }

    private static TouchBatch Touch(Column?[] read) => new(
        (FixedColumn<long>)read[0]!, (TextColumn)read[1]!, (TextColumn?)read[2], (TextColumn?)read[3], (TextColumn?)read[4]);

    private static ConversionBatch Conversion(Column?[] read) => new(
        (FixedColumn<long>)read[0]!, (TextColumn)read[1]!, (TextColumn?)read[2], (TextColumn?)read[3], (TextColumn?)read[4],
        (TextColumn)read[5]!, (FixedColumn<Int128>)read[6]!, (TextColumn)read[7]!);
}

using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Unit.Quality;

public sealed class ColumnProfileTests
{
    private static readonly DatasetContract Contract = new()
    {
        Dataset = "orders",
        Version = 1,
        Source = new(SourceKind.Kafka, "orders", RecordFormat.Json),
        Columns =
        [
            new("at", new(ColumnKind.Timestamp), ["at"], Required: true), new("note", new(ColumnKind.String), ["note"]),
            new("amount", new(ColumnKind.Decimal, 18, 2), ["amount"]), new("count", new(ColumnKind.Int64), ["count"], Required: true),
            new("share", new(ColumnKind.Float64), ["share"]),
        ],
        Lake = new([], [], LakeCodec.Zstd),
        Quality = new() { Columns = [new("amount", null, 0, 100.5), new("share", null, null, 1)], VolumeOf = ["count"] },
    };

    private static readonly PublicationAttempt Attempt = new(new(1, "orders", 1, 1), 1, []);

    [Fact]
    public void Values_nulls_and_what_is_out_of_bounds_are_counted()
    {
        var profiles = new ColumnProfiles(Contract, Attempt);
        profiles.Add(Batch((0, "a", 100_50, 1, 0.5), (1, null, -1, 2, 1.5), (2, null, null, 3, null)));
        profiles.Add(Batch((3, "b", 100_51, 4, 1)));

        Assert.Equal(
            [
                new ColumnProfile(null, null, "note", 4, 2, 0, 0), new(null, null, "amount", 4, 1, 2, 201.0),
                    new(null, null, "count", 4, 0, 0, 10),
                new(null, null, "share", 4, 1, 1, 3),
            ], profiles.Counted);
    }

    [Fact]
    public void Events_are_counted_by_the_hour_whatever_their_order()
    {
        const long Hour = 3_600_000_000;
        var times = new EventTimes(Contract);
        times.Add(Batch((5 * Hour, "", 0, 0, 0), (3 * Hour + 7, "", 0, 0, 0), (6 * Hour - 1, "", 0, 0, 0), (-1, "", 0, 0, 0),
            (0, "", 0, 0, 0)));
        times.Add(Batch((3 * Hour, "", 0, 0, 0)));
        Assert.Equal(
            [(-1, 1L), (0, 1), (3, 2), (5, 2)],
            times.Hours.OrderBy(each => each.Key).Select(each => ((int)(each.Key - DateTimeOffset.UnixEpoch).TotalHours, each.Value)));
    }

    [Fact]
    public void Some_clocks_that_run_ahead_do_not_move_the_watermark()
    {
        var times = new EventTimes(Contract);
        foreach (var part in Enumerable.Range(0, 5000).Chunk(37))
            times.Add(Batch([.. part.Select(i => (i % 20 == 0 ? 900_000L : i, (string?)"", (int?)0, 0L, (double?)0))]));
        Assert.Equal(900_000, (times.Max!.Value - DateTimeOffset.UnixEpoch).TotalMicroseconds);
        Assert.InRange((times.Watermark!.Value - DateTimeOffset.UnixEpoch).TotalMicroseconds, 4600, 4900);
    }

    private static RecordBatch Batch(params (long At, string? Note, int? Amount, long Count, double? Share)[] rows)
    {
        var batch = new RecordBatch([new FixedColumn<long>(), new Utf8Column(), new FixedColumn<Int128>(), new FixedColumn<long>(),
            new FixedColumn<double>()])
        {
            Shard = new Shard("orders-0", 1),
        };
        foreach (var row in rows)
        {
            ((FixedColumn<long>)batch.Columns[0]).Append(row.At);
            if (row.Note is null) batch.Columns[1].AppendNull();
            else ((Utf8Column)batch.Columns[1]).Append(System.Text.Encoding.UTF8.GetBytes(row.Note));
            if (row.Amount is { } amount) ((FixedColumn<Int128>)batch.Columns[2]).Append(amount);
            else batch.Columns[2].AppendNull();
            ((FixedColumn<long>)batch.Columns[3]).Append(row.Count);
            if (row.Share is { } share) ((FixedColumn<double>)batch.Columns[4]).Append(share);
            else batch.Columns[4].AppendNull();
            batch.Positions.Append(batch.Rows);
        }
        return batch;
    }
}

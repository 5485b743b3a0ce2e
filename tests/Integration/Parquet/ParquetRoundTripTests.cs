using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Integration.Parquet;

public sealed class ParquetRoundTripTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(ParquetCodec.None)]
    [InlineData(ParquetCodec.Snappy)]
    [InlineData(ParquetCodec.Gzip)]
    [InlineData(ParquetCodec.Zstd)]
    public void Three_readers_find_every_type_with_and_without_nulls_and_dictionaries(ParquetCodec codec)
    {
        var random = new RandomColumns(seed: 1);
        var shapes = (
            from type in RandomColumns.Types
            from nullable in (Nulls?[])[null, Nulls.None, Nulls.Some, Nulls.All]
            from distinct in (int[])[0, 1, 40]
            from asDictionary in type.Kind is ParquetKind.Utf8 or ParquetKind.Json ? (bool[])[false, true] : [false]
            select (type, nullable, distinct, asDictionary)).ToList();
        var fields = shapes.Select((shape, i) => new ParquetField($"c{i} {shape.type}", shape.type, shape.nullable is not null)).ToList();
        var options = new ParquetOptions { Codec = codec, MaxPageBytes = 2048 };
        using var file = new ParquetFile(fields, RowGroups(), options);
        file.AssertAllReadersAgree();

        IEnumerable<IReadOnlyList<Column>> RowGroups()
        {
            foreach (var rows in (int[])[1, 1500, 0, 700])
                yield return [.. shapes.Select(shape =>
                    random.Create(shape.type, rows, shape.nullable ?? Nulls.None, shape.distinct, shape.asDictionary))];
        }
    }

    [Fact]
    public void Three_readers_find_random_tables()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var table = 0; table < 6; table++)
        {
            var columns = new RandomColumns(random.Next());
            var fields = Enumerable.Range(0, random.Next(1, 12))
                .Select(i => new ParquetField($"f{i}", RandomColumns.Types[random.Next(RandomColumns.Types.Count)], random.Next(2) == 0))
                .ToList();
            var options = new ParquetOptions
            {
                Codec = Enum.GetValues<ParquetCodec>()[random.Next(4)],
                MaxPageBytes = 1 << random.Next(10, 21),
                MaxDictionaryBytes = 1 << random.Next(0, 21),
            };
            var groups = Enumerable.Range(0, random.Next(4)).Select(_ =>
            {
                var rows = random.Next(6000);
                return (IReadOnlyList<Column>)[.. fields.Select(field => columns.Create(
                    field.Type, rows, field.Nullable ? (Nulls)random.Next(3) : Nulls.None,
                    random.Next(3) * random.Next(3000), random.Next(2) == 0))];
            });
            using var file = new ParquetFile(fields, groups, options);
            file.AssertAllReadersAgree();
        }
    }

    [Fact]
    public void Three_readers_find_a_hundred_thousand_rows()
    {
        var random = new RandomColumns(seed: 2);
        List<ParquetField> fields =
        [
            new("at", ParquetType.Timestamp, false), new("name", ParquetType.Utf8, false), new("user", ParquetType.Utf8, true),
            new("sku", ParquetType.Utf8, true), new("amount", ParquetType.Decimal(18, 4), true), new("seen", ParquetType.Bool, true),
        ];
        const int Rows = 100_000;
        IReadOnlyList<Column> columns =
        [
            random.Create(ParquetType.Timestamp, Rows, Nulls.None, 0), random.Create(ParquetType.Utf8, Rows, Nulls.None, 12),
            random.Create(ParquetType.Utf8, Rows, Nulls.Some, 0),
            random.Create(ParquetType.Utf8, Rows, Nulls.Some, 70_000, asDictionary: true),
            random.Create(ParquetType.Decimal(18, 4), Rows, Nulls.Some, 3_000), random.Create(ParquetType.Bool, Rows, Nulls.Some, 0),
        ];
        using var file = new ParquetFile(fields, [columns]);
        file.AssertAllReadersAgree();
    }

    [Fact]
    public void Three_readers_find_differences_of_numbers_and_of_texts()
    {
        var random = new Random(5);
        FixedColumn<long> times = new(), steps = new(), wide = new();
        Utf8Column users = new(), paths = new();
        for (var row = 0; row < 30_000; row++)
        {
            times.Append(1_698_000_000_000_000 + row * 2_600_000L + random.Next(2) * 1_000_000);
            var step = random.Next(40) == 0 ? random.NextInt64(1L << 44) : random.Next(3);
            steps.Append(row == 0 ? long.MinValue / 4 : steps.Values[row - 1] + step);
            wide.Append(long.MinValue / 2 + row * (long.MaxValue / 40_000));
            users.Append(System.Text.Encoding.UTF8.GetBytes($"user_{random.Next(200_000)}"));
            if (random.Next(5) == 0) paths.AppendNull();
            else paths.Append(System.Text.Encoding.UTF8.GetBytes($"/shop/é/{row / 50:D5}/{random.Next()}"));
        }

        List<ParquetField> fields =
        [
            new("times", ParquetType.Timestamp, false), new("steps", ParquetType.Int64, false), new("wide", ParquetType.Int64, true),
            new("users", ParquetType.Utf8, false), new("paths", ParquetType.Utf8, true),
        ];
        foreach (var pageBytes in (int[])[2000, 1 << 20])
        {
            using var file = new ParquetFile(fields, [[times, steps, wide, users, paths]], new ParquetOptions { MaxPageBytes = pageBytes });
            file.AssertAllReadersAgree();
            Assert.Equal(
                [["DELTA_BINARY_PACKED"], ["DELTA_BINARY_PACKED"], ["DELTA_BINARY_PACKED"], ["DELTA_BYTE_ARRAY"], ["DELTA_BYTE_ARRAY"]],
                Readers.ParquetReaders.Query(
                    $"SELECT replace(encodings, ', RLE', '') FROM parquet_metadata('{file.Path}') ORDER BY column_id"));
        }
    }

    [Fact]
    public void A_file_without_rows_has_its_columns()
    {
        List<ParquetField> fields = [new("a", ParquetType.Utf8, true), new("b", ParquetType.Decimal(38, 2), false)];
        using var file = new ParquetFile(fields, []);
        file.AssertAllReadersAgree();
        Assert.Equal(
            [["a", "VARCHAR"], ["b", "DECIMAL(38,2)"]],
            Readers.ParquetReaders.Query($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{file.Path}')"));
    }

    [Fact]
    public void Extremes_come_back_as_they_were()
    {
        var int64 = new FixedColumn<long>();
        var micros = new FixedColumn<long>();
        var days = new FixedColumn<int>();
        var wide = new FixedColumn<Int128>();
        var narrow = new FixedColumn<Int128>();
        var middle = new FixedColumn<Int128>();
        var doubles = new FixedColumn<double>();
        var texts = new Utf8Column();
        var digits38 = Int128.Parse(new string('9', 38), System.Globalization.CultureInfo.InvariantCulture);
        var (first, last) = (new DateTime(1, 1, 1), new DateTime(9999, 12, 31));
        foreach (var high in (bool[])[true, false])
        {
            int64.Append(high ? long.MaxValue : long.MinValue);
            var at = high ? last.AddTicks(TimeSpan.TicksPerDay - TimeSpan.TicksPerMicrosecond) : first;
            micros.Append((at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            days.Append(((high ? last : first) - DateTime.UnixEpoch).Days);
            wide.Append(high ? digits38 : -digits38);
            narrow.Append(high ? 999_999_999 : -999_999_999);
            middle.Append(high ? 999_999_999_999_999_999 : -999_999_999_999_999_999);
            doubles.Append(high ? double.MaxValue : double.MinValue);
            texts.Append(high ? System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\U0010FFFFé", 20_000))) : []);
        }

        List<ParquetField> fields =
        [
            new("int64", ParquetType.Int64, false), new("micros", ParquetType.Timestamp, false), new("days", ParquetType.Date, false),
            new("wide", ParquetType.Decimal(38, 38), false), new("narrow", ParquetType.Decimal(9, 0), false),
            new("middle", ParquetType.Decimal(18, 9), false), new("doubles", ParquetType.Float64, false),
            new("texts", ParquetType.Utf8, false),
        ];
        IReadOnlyList<Column> columns = [int64, micros, days, wide, narrow, middle, doubles, texts];
        using var file = new ParquetFile(fields, [columns], new ParquetOptions { MaxPageBytes = 1024 });
        file.AssertAllReadersAgree();
    }
}

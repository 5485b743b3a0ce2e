using System.Globalization;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Parquet;

/// <summary>What hyparquet reads in the page index: a reader skips pages by it, so a wrong bound loses rows.</summary>
public sealed class PageIndexTests
{
    private const int Rows = 5000;

    [Fact]
    public void Pages_follow_one_another_and_say_between_which_values_theirs_are()
    {
        var random = new Random(11);
        FixedColumn<long> ascending = new(), scattered = new();
        FixedColumn<int> descending = new();
        var texts = new Utf8Column();
        for (var row = 0; row < Rows; row++)
        {
            ascending.Append(row * 1000L + random.Next(1000));
            descending.Append(Rows - row);
            texts.Append(Encoding.UTF8.GetBytes($"{random.Next():x8} é"));
            // Nulls enough for pages without a value.
            if (row / 1500 == 1 || random.Next(4) == 0) scattered.AppendNull();
            else scattered.Append(random.NextInt64(long.MinValue, long.MaxValue));
        }

        List<ParquetField> fields =
        [
            new("ascending", ParquetType.Int64, false), new("scattered", ParquetType.Int64, true),
            new("descending", ParquetType.Date, false), new("texts", ParquetType.Utf8, false),
        ];
        var options = new ParquetOptions { MaxPageBytes = 1024, MaxDictionaryBytes = 0, BloomColumns = ["texts"] };
        List<Column> columns = [ascending, scattered, descending, texts];
        using var file = new ParquetFile(fields, [columns, columns], options);
        file.AssertAllReadersAgree();

        var pages = ParquetReaders.ReadIndex(file.Path);
        AssertPlaces(pages);
        AssertBounds(pages, "ascending", "ASCENDING", ascending.Values, null);
        AssertBounds(pages, "scattered", "UNORDERED", scattered.Values, scattered);
        AssertBounds<int>(pages, "descending", "DESCENDING", descending.Values, null);
        foreach (var (page, from, to) in Ranges(pages, "texts"))
        {
            var values = Enumerable.Range(from, to - from).Select(row => Encoding.UTF8.GetString(texts[row])).ToList();
            values.Sort(StringComparer.Ordinal);
            Assert.Equal((values[0], values[^1]), (page[8], page[9]));
        }
    }

    [Theory]
    [InlineData("decimal(9,2)")]
    [InlineData("decimal(18,2)")]
    [InlineData("decimal(30,2)")]
    public void Pages_of_decimals_are_in_the_order_of_their_numbers(string name)
    {
        var type = ParquetType.Decimal(int.Parse(name.AsSpan(8, name.IndexOf(',') - 8), CultureInfo.InvariantCulture), 2);
        var decimals = new FixedColumn<Int128>();
        for (var row = 0; row < Rows; row++) decimals.Append((row - Rows / 2) * 77);
        var options = new ParquetOptions { MaxPageBytes = 1024, MaxDictionaryBytes = 0 };
        using var file = new ParquetFile([new("d", type, false)], [[decimals]], options);
        file.AssertAllReadersAgree();

        var ranges = Ranges(ParquetReaders.ReadIndex(file.Path), "d").ToList();
        Assert.InRange(ranges.Count, 4, Rows);
        foreach (var (page, from, to) in ranges)
        {
            Assert.Equal("ASCENDING", page[5]);
            Assert.Equal((double)decimals.Values[from] / 100, double.Parse(page[8]!, CultureInfo.InvariantCulture), 3);
            Assert.Equal((double)decimals.Values[to - 1] / 100, double.Parse(page[9]!, CultureInfo.InvariantCulture), 3);
        }
    }

    [Fact]
    public void Pages_whose_bounds_nobody_knows_have_places_only()
    {
        var (doubles, json, none) = (new FixedColumn<double>(), new Utf8Column(), new FixedColumn<bool>());
        for (var row = 0; row < Rows; row++)
        {
            doubles.Append(row == 4000 ? double.NaN : row / 7.0);
            json.Append(Encoding.UTF8.GetBytes($"{{\"a\":{row}}}"));
            none.AppendNull();
        }

        List<ParquetField> fields =
            [new("doubles", ParquetType.Float64, false), new("json", ParquetType.Json, false), new("none", ParquetType.Bool, true)];
        using var file = new ParquetFile(fields, [[doubles, json, none]], new ParquetOptions { MaxPageBytes = 1024 });
        file.AssertAllReadersAgree();

        var pages = ParquetReaders.ReadIndex(file.Path);
        AssertPlaces(pages);
        Assert.All(pages.Where(page => page[0] is "doubles" or "json"), page => Assert.All(page[5..], Assert.Null));
        Assert.Equal($"ASCENDING|true|{Rows}||", string.Join('|', Assert.Single(pages, page => page[0] == "none")[5..]));
    }

    private static void AssertPlaces(List<string?[]> pages)
    {
        foreach (var chunk in pages.GroupBy(page => (page[0], page[1])))
        {
            var next = -1L;
            Assert.Equal("0", chunk.First()[2]);
            foreach (var page in chunk)
            {
                var offset = long.Parse(page[3]!, CultureInfo.InvariantCulture);
                Assert.True(next < 0 || next == offset, $"a page of {page[0]} begins at {offset}, the one before ends at {next}.");
                next = offset + long.Parse(page[4]!, CultureInfo.InvariantCulture);
            }
        }
    }

    private static void AssertBounds<T>(
        List<string?[]> pages, string name, string order, ReadOnlySpan<T> values, Column? nullable) where T : unmanaged, IComparable<T>
    {
        foreach (var (page, from, to) in Ranges(pages, name))
        {
            var present = values[from..to].ToArray().Where((_, i) => nullable?.IsNull(from + i) != true).ToList();
            var bounds = present.Count == 0 ? (null, null) : (Text(present.Min()), Text(present.Max()));
            Assert.Equal((order, $"{to - from - present.Count}", bounds), (page[5], page[7], (page[8], page[9])));
            Assert.Equal(present.Count == 0 ? "true" : "false", page[6]);
        }

        static string? Text(T value) => Convert.ToString(value, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<(string?[] Page, int From, int To)> Ranges(List<string?[]> pages, string name)
    {
        foreach (var chunk in pages.Where(page => page[0] == name).GroupBy(page => page[1]))
        {
            var starts = chunk.Select(page => int.Parse(page[2]!, CultureInfo.InvariantCulture)).Append(Rows).ToList();
            Assert.True(starts.Count > 3, $"{name} has {starts.Count - 1} page(s).");
            foreach (var (page, i) in chunk.Select((page, i) => (page, i))) yield return (page, starts[i], starts[i + 1]);
        }
    }
}

using System.Text;
using Pipeline.Parquet.Encoding;
using Pipeline.Parquet.Footer;

namespace Pipeline.Tests.Unit.Parquet;

public sealed class BoundsTests
{
    [Fact]
    public void Integers_compare_signed()
    {
        var bounds = Bounds.OfIntegers<long>([3, -1, long.MaxValue, 0, 5, 6, 7, 8, 9, long.MinValue]);
        Assert.Equal(BitConverter.GetBytes(long.MinValue), bounds.Min);
        Assert.Equal(BitConverter.GetBytes(long.MaxValue), bounds.Max);
    }

    [Fact]
    public void Integers_agree_with_a_plain_search_at_every_length()
    {
        var random = new Random(1);
        for (var length = 1; length < 70; length++)
        {
            var values = Enumerable.Range(0, length).Select(_ => random.Next(int.MinValue, int.MaxValue)).ToArray();
            var bounds = Bounds.OfIntegers<int>(values);
            Assert.Equal((values.Min(), values.Max()), (BitConverter.ToInt32(bounds.Min!), BitConverter.ToInt32(bounds.Max!)));
        }
    }

    [Fact]
    public void Wide_decimals_compare_signed_and_are_stored_big_endian()
    {
        var bounds = Bounds.OfDecimals([1, -2], byteWidth: 9);
        Assert.Equal("FFFFFFFFFFFFFFFFFE", Convert.ToHexString(bounds.Min!));
        Assert.Equal("000000000000000001", Convert.ToHexString(bounds.Max!));
    }

    [Fact]
    public void A_zero_stands_for_both_zeros()
    {
        var bounds = Bounds.OfDoubles([0.0, -0.0]);
        Assert.Equal(BitConverter.GetBytes(-0.0), bounds.Min);
        Assert.Equal(BitConverter.GetBytes(0.0), bounds.Max);
    }

    [Fact]
    public void Infinities_are_bounds() =>
        Assert.Equal(BitConverter.GetBytes(double.PositiveInfinity), Bounds.OfDoubles([double.PositiveInfinity]).Min);

    [Fact]
    public void A_nan_leaves_the_bounds_unknown() => Assert.Equal(default, Bounds.OfDoubles([1, double.NaN, 2]));

    [Fact]
    public void Texts_compare_by_unsigned_bytes()
    {
        var bounds = OfTexts("b", "é", "a", "z");
        Assert.Equal("a", Encoding.UTF8.GetString(bounds.Min!));
        Assert.Equal("é", Encoding.UTF8.GetString(bounds.Max!));
        Assert.True(bounds is { MinIsExact: true, MaxIsExact: true });
    }

    [Fact]
    public void Texts_agree_with_a_plain_search_whatever_their_lengths()
    {
        var random = new Random(2);
        for (var table = 0; table < 300; table++)
        {
            var texts = Enumerable.Range(0, random.Next(1, 60))
                .Select(_ => new string('a', random.Next(20)) + new string('\0', random.Next(3)) + random.Next(3));
            var ordered = texts.ToArray();
            var bounds = OfTexts(ordered);
            Array.Sort(ordered, StringComparer.Ordinal);
            Assert.Equal((ordered[0], ordered[^1]), (Encoding.UTF8.GetString(bounds.Min!), Encoding.UTF8.GetString(bounds.Max!)));
        }
    }

    [Theory]
    [InlineData('a', "b")]
    [InlineData('\uD7FF', "\uE000")]
    [InlineData('é', "ê")]
    [InlineData('\u007F', "\u0080")]
    public void A_long_text_is_cut_down_below_and_raised_above(char character, string raised)
    {
        var text = new string(character, 100);
        var bounds = OfTexts(text);
        var (min, max) = (Encoding.UTF8.GetString(bounds.Min!), Encoding.UTF8.GetString(bounds.Max!));
        Assert.StartsWith(min, text, StringComparison.Ordinal);
        Assert.Equal(min[..^1] + raised, max);
        Assert.True(Encoding.UTF8.GetBytes(text).AsSpan().SequenceCompareTo(bounds.Max) < 0);
        Assert.True(bounds is { MinIsExact: false, MaxIsExact: false, Min.Length: <= 64, Max.Length: <= 65 });
    }

    [Fact]
    public void A_bound_as_long_as_the_text_it_is_above_is_none_of_the_texts()
    {
        var text = new string('a', 63) + "\u007Fb";
        var bounds = OfTexts(text);
        Assert.Equal((Encoding.UTF8.GetByteCount(text), false), (bounds.Max!.Length, bounds.MaxIsExact));
    }

    [Fact]
    public void A_text_of_the_last_character_only_has_no_upper_bound()
    {
        var bounds = OfTexts(string.Concat(Enumerable.Repeat("\U0010FFFF", 20)));
        Assert.Null(bounds.Max);
        Assert.NotNull(bounds.Min);
    }

    private static ValueBounds OfTexts(params string[] texts)
    {
        var column = new Pipeline.Parquet.Columns.Utf8Column();
        foreach (var text in texts) column.Append(Encoding.UTF8.GetBytes(text));
        return Bounds.OfTexts(new PlainTexts(column.Bytes, column.Ends));
    }
}

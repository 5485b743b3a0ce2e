using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

/// <summary>Random events, compared with the oracle: 20,000 of each seed, or 1,000,000 with PIPELINE_LONG=1.</summary>
public sealed class CorrelationPropertyTests
{
    private const int Seeds = 50;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1";
    private static readonly DateOnly From = new(2026, 10, 5), To = new(2026, 10, 20);
    private static readonly List<DateOnly> Days = [.. Enumerable.Range(0, To.DayNumber - From.DayNumber + 1).Select(From.AddDays)];

    public static IEnumerable<TheoryDataRow<int>> AllSeeds => Enumerable.Range(1, Seeds).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Every_conversion_has_the_touch_the_oracle_gives_it(int seed)
    {
        var (touches, conversions) = EventGenerator.Make(seed, IsLong ? 1_000_000 : 20_000);
        var expected = Oracle.Correlate(touches, conversions, From, To);
        AssertSame(expected, Events.Correlate([touches], [conversions], Days, parts: 1 + seed % 3));
        Assert.Contains(expected.Attributed, line => line.Contains("|click|"));
        Assert.Contains(expected.Attributed, line => line.Contains("|view|"));
        Assert.Contains(expected.Attributed, line => line.Contains("|none|"));
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Neither_the_order_nor_the_batches_of_events_change_the_result(int seed)
    {
        var (touches, conversions) = EventGenerator.Make(seed, 2_000);
        var random = new Random(seed);
        var once = Events.Correlate([touches], [conversions], Days);
        var (shuffledTouches, shuffledConversions) = (touches.ToArray(), conversions.ToArray());
        random.Shuffle(shuffledTouches);
        random.Shuffle(shuffledConversions);
        AssertSame(once, Events.Correlate(
            [.. shuffledTouches.Chunk(random.Next(1, 500))], [.. shuffledConversions.Chunk(random.Next(1, 50))], Days, random.Next(1, 4)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void While_pseudonyms_change_the_result_is_that_of_the_people_themselves(int seed)
    {
        var (touches, conversions) = EventGenerator.Make(seed, 20_000);
        // Sent under the old key up to the change, under both for the longest look-back behind it, then under the new key alone.
        var (change, end) = (Events.At(8), Events.At(8 + 14, 1));
        var masked = touches.Select(each => each with { User = Sent(each.User, each.Time).User,
            Before = Sent(each.User, each.Time).Before }).ToList();
        var maskedConversions = conversions.Select(each =>
            each with { User = Sent(each.User, each.Time).User, Before = Sent(each.User, each.Time).Before }).ToList();

        var expected = Oracle.Correlate(touches, conversions, From, To);
        var result = Events.Correlate([masked], [maskedConversions], Days);
        Assert.Equal(Anonymous(expected.Attributed), Anonymous(result.Attributed));
        Assert.Equal(expected.Counts, result.Counts);

        (string User, string? Before) Sent(string user, long time) =>
            time < change ? (Mask(user, 1), null) : (Mask(user, 2), time <= end ? Mask(user, 1) : null);
    }

    private static IEnumerable<string> Anonymous(IEnumerable<string> lines) =>
        lines.Select(line => line[..line.LastIndexOf('|')]).Order(StringComparer.Ordinal);

    private static string Mask(string user, byte version) =>
        $"v{version}:{Convert.ToHexStringLower(HMACSHA256.HashData(new byte[] { version, 2, 3 }, Encoding.UTF8.GetBytes(user)))}";

    // Lists of a million lines are compared as they stand; the first difference is what is told.
    private static void AssertSame(Outcome expected, Outcome result)
    {
        Assert.Equal((expected.Attributed.Count, expected.Counts.Count), (result.Attributed.Count, result.Counts.Count));
        Assert.All(expected.Attributed.Zip(result.Attributed).Where(each => each.First != each.Second).Take(3), each =>
            Assert.Equal(each.First, each.Second));
        Assert.All(expected.Counts.Zip(result.Counts).Where(each => each.First != each.Second).Take(3), each =>
            Assert.Equal(each.First, each.Second));
    }
}

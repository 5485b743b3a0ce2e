using System.Globalization;
using System.Numerics;
using System.Text;
using Pipeline.Domain.Failures;
using Pipeline.Transforms.Json.Fields;
using Pipeline.Transforms.Rates;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class DecimalArithmeticTests
{
    [Theory]
    [InlineData("180.70756678", "180707567")]
    [InlineData("0.0000005", "0")]
    [InlineData("0.0000015", "2")]
    [InlineData("0.00000050000001", "1")]
    [InlineData("-2.5000005", "-2500000")]
    [InlineData("-2.5000015", "-2500002")]
    [InlineData("1e-9", "0")]
    [InlineData("1.23456789E2", "123456789")]
    [InlineData("99999999999999.9999994", "99999999999999999999")]
    [InlineData("99999999999999.9999995", null)]
    [InlineData("1e40", null)]
    public void Digits_too_many_are_rounded_half_to_even(string number, string? unscaled) =>
        Assert.Equal(unscaled, DecimalText.TryRound(Encoding.UTF8.GetBytes(number), 20, 6, out var value) ? value.ToString() : null);

    [Fact]
    public void Products_are_those_of_exact_arithmetic()
    {
        var random = new Random(9_041);
        for (var round = 0; round < 5_000; round++)
        {
            var (left, right, drop) = (Next(random), Next(random), random.Next(-4, 20));
            var exact = (BigInteger)left * right * BigInteger.Pow(10, Math.Max(0, -drop));
            var divisor = BigInteger.Pow(10, Math.Max(0, drop));
            var floor = BigInteger.DivRem(BigInteger.Abs(exact), divisor, out var rest);
            if (rest * 2 > divisor || (rest * 2 == divisor && !floor.IsEven)) floor += 1;
            var fits = floor < BigInteger.Pow(10, 30);

            Assert.Equal(fits, DecimalProduct.TryMultiply(left, right, drop, 30, out var product));
            if (fits) Assert.Equal(floor * exact.Sign, (BigInteger)product);
        }

        static Int128 Next(Random random) => Int128.Parse(
            $"{(random.Next(2) == 0 ? "-" : "")}{string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => random.Next(10)))}",
                CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("day,currency,rate\n", "in line 1 the first line is not 'date,currency,rate'")]
    [InlineData("date,currency,rate\n2026-10-01,EUR\n", "in line 2 the line has 2 fields and not three")]
    [InlineData("date,currency,rate\n1.10.2026,EUR,1\n", "in line 2 the date is not of the form 2026-10-01")]
    [InlineData("date,currency,rate\n2026-10-01,eur,1\n", "in line 2 the currency is no code of three capital letters")]
    [InlineData("date,currency,rate\n2026-10-01,EUR,0\n", "in line 2 the rate is no number above 0")]
    [InlineData("date,currency,rate\n2026-10-01,EUR,1\n2026-10-01,EUR,1\n", "in line 3 EUR has a second rate for 2026-10-01")]
    public void A_table_of_rates_that_is_wrong_says_in_which_line(string text, string why) =>
        Assert.Contains(why, Assert.Throws<TerminalException>(() => FxRates.Parse(text, "rates.csv")).Message);

    [Theory]
    [InlineData("EUR", 0, true)]
    [InlineData("EUR", 7, true)]
    [InlineData("EUR", 8, false)]
    [InlineData("EUR", -1, false)]
    [InlineData("GBP", 0, false)]
    [InlineData("€", 0, false)]
    public void A_rate_stands_for_the_week_behind_it(string currency, int daysLater, bool found) =>
        Assert.Equal(found, FxRates.Parse("date,currency,rate\r\n2026-10-01,EUR,1.25\r\n", "rates")
            .Find(Encoding.UTF8.GetBytes(currency), 20_727 + daysLater) is not null);
}

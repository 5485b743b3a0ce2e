using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Sinks.Lake;

namespace Pipeline.Tests.Unit.StatusPage;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData(12345, 2, "123.45")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(7, 0, "7")]
    [InlineData(0, 4, "0.0000")]
    public void A_decimal_is_written_with_all_its_digits(long unscaled, int scale, string text) =>
        Assert.Equal(text, ValueText.Of(ParquetType.Decimal(18, scale), One<Int128>(unscaled), 0));

    [Fact]
    public void Instants_and_days_are_written_as_such_and_a_null_as_none()
    {
        Assert.Equal("2026-11-21 12:00:00.5Z", ValueText.Of(ParquetType.Timestamp, One(1_795_262_400_500_000L), 0));
        Assert.Equal("2026-11-21", ValueText.Of(ParquetType.Date, One(20_778), 0));
        var none = new FixedColumn<long>();
        none.AppendNull();
        Assert.Null(ValueText.Of(ParquetType.Int64, none, 0));
    }

    private static FixedColumn<T> One<T>(T value) where T : unmanaged
    {
        var column = new FixedColumn<T>();
        column.Append(value);
        return column;
    }
}

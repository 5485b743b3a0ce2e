using System.Buffers.Binary;
using Pipeline.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet.Reading;

public sealed class BoundTextTests
{
    [Theory]
    [InlineData((int)Meaning.Millis, long.MinValue, "-9223372036854775808")]
    [InlineData((int)Meaning.Micros, long.MinValue, "-9223372036854775808")]
    [InlineData((int)Meaning.Micros, 1_000_000L, "1970-01-01T00:00:01.000000Z")]
    [InlineData((int)Meaning.Millis, -1_000L, "1969-12-31T23:59:59.000000Z")]
    [InlineData((int)Meaning.Micros, -62_135_596_800_000_000L, "0001-01-01T00:00:00.000000Z")]
    public void Any_instant_is_told(int meaning, long value, string text) => Assert.Equal(text, Told(new((Meaning)meaning, "TIMESTAMP"), value));

    [Theory]
    [InlineData(2, "-1.23")]
    [InlineData(-1, null)]
    [InlineData(int.MaxValue, null)]
    public void A_scale_that_nobody_meant_is_not_followed(int scale, string? text) =>
        Assert.Equal(text, Told(new(Meaning.Decimal, "DECIMAL", Scale: scale), -123));

    private static string? Told(Annotation annotation, long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return BoundText.Of(bytes, new SchemaElement("c", StoredType.Int64, 0, Repetition.Optional, 0, annotation));
    }
}

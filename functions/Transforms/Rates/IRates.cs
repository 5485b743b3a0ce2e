namespace Pipeline.Transforms.Rates;

/// <summary>What currencies were worth, day by day, in the base currency.</summary>
/// <remarks>Part of a transform's input, as segments and contract are: the same table always gives the same rows.</remarks>
public interface IRates
{
    /// <summary>Digits after the point of a rate.</summary>
    const int Scale = 10;

    /// <summary>What one unit of a currency was worth.</summary>
    /// <param name="currency">ISO 4217 code in UTF-8.</param>
    /// <param name="day">Days since 1970-01-01.</param>
    /// <returns>
    /// The rate of the day, or the latest of the <see cref="FxRates.MaxAgeDays"/> days before it, times ten to the power of
    /// <see cref="Scale"/>; null when there is none.
    /// </returns>
    Int128? Find(ReadOnlySpan<byte> currency, int day);
}

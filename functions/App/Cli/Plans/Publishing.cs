using System.Globalization;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Cli.Plans;

/// <summary>What publishing would read and make: a dataset's last publications, scaled to the raw bytes that would be published.</summary>
/// <param name="Segments">Segments that would be read.</param>
/// <param name="Publications">As large as the last ones were.</param>
/// <param name="Objects">Parquet objects.</param>
/// <param name="ObjectBytes">Their bytes.</param>
/// <param name="Hours">From plan to commit, one publication after the other.</param>
internal readonly record struct Publishing(long Segments, long Publications, long Objects, long ObjectBytes, double Hours)
{
    private const int RequestsOfAnObject = 3;       // begin, one part, complete

    /// <summary>What is read, made and kept a month, in US dollars.</summary>
    public decimal Dollars(Prices prices) =>
        Segments * prices.Get + Objects * RequestsOfAnObject * prices.Put + ObjectBytes / 1_000_000_000m * prices.GbMonth
            + (decimal)Hours * prices.VcpuHour;

    /// <summary>How the dollars come about.</summary>
    public string Arithmetic(Prices prices) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Segments} reads x {prices.Get} + {Objects} objects x {RequestsOfAnObject} x {prices.Put} "
        + $"+ {ObjectBytes} bytes kept a month x {prices.GbMonth}/GB + {Hours:0.###} h x {prices.VcpuHour}");

    /// <summary>Of one dataset; null where nothing was published of it that tells.</summary>
    /// <param name="landed">What would be published.</param>
    public static Publishing? Of(LandedTotals landed, PublishedTotals past)
    {
        var share = new Share(landed.RawBytes, past.RawBytes);
        return share.IsKnown
            ? new(landed.Segments, share.Of(past.Publications), share.Of(past.Objects), share.Of(past.ObjectBytes),
                share.Of(past.Time.TotalHours))
            : null;
    }

    public static Publishing operator +(Publishing one, Publishing other) => new(
        one.Segments + other.Segments, one.Publications + other.Publications, one.Objects + other.Objects,
        one.ObjectBytes + other.ObjectBytes, one.Hours + other.Hours);
}

using System.Globalization;

namespace Pipeline.App.Cli.Plans;

/// <summary>US dollars for a unit: list prices of AWS us-east-1 noted on 2026-11-21 (infra/costs), or what <c>--price</c> says.</summary>
/// <param name="Put">One write of an object, or one step of an upload.</param>
/// <param name="Get">One read of an object.</param>
/// <param name="GbMonth">A gigabyte kept for a month.</param>
/// <param name="VcpuHour">A virtual processor for an hour.</param>
internal sealed record Prices(decimal Put = 0.000005m, decimal Get = 0.0000004m, decimal GbMonth = 0.023m, decimal VcpuHour = 0.0408m)
{
    /// <summary>Names as <c>--price</c> has them.</summary>
    public const string Names = "put, get, gb_month, vcpu_hour";

    /// <summary>The prices with some of them given: <c>put=0.000005</c>.</summary>
    /// <param name="fault">What is wrong with a text; null when nothing is.</param>
    public static Prices Read(IEnumerable<string> given, out string? fault)
    {
        var prices = new Prices();
        fault = null;
        foreach (var text in given)
        {
            if (text.Split('=') is not [var name, var value]
                || !decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price))
                fault = $"--price '{text}' is not NAME=DOLLARS, for example put=0.000005.";
            else if (prices.With(name, price) is { } changed) prices = changed;
            else fault = $"--price knows no '{name}'; write one of {Names}.";
        }
        return prices;
    }

    private Prices? With(string name, decimal price) => name switch
    {
        "put" => this with { Put = price },
        "get" => this with { Get = price },
        "gb_month" => this with { GbMonth = price },
        "vcpu_hour" => this with { VcpuHour = price },
        _ => null,
    };
}

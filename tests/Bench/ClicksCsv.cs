using System.Globalization;
using System.Text;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Bench;

/// <summary>A file of advertising clicks as CSV, always the same for a number of rows: texts of few and of many values, a quarter of one
/// column's quoted, times, whole numbers, decimals and flags.</summary>
internal static class ClicksCsv
{
    private static readonly string[] Countries = ["DE", "FR", "US", "BR", "IN", "JP", "", "GB"];

    /// <summary>The dataset.</summary>
    public static DatasetContract Contract { get; } = new()
    {
        Dataset = "clicks",
        Version = 1,
        Source = new(SourceKind.Files, "", RecordFormat.Csv) { Folder = "clicks", Csv = new(',', [], [""]) },
        Columns =
        [
            new("click_id", new(ColumnKind.String), ["click_id"], Required: true),
            new("clicked_at", new(ColumnKind.Timestamp), ["clicked_at"], Required: true),
            new("user_id", new(ColumnKind.String), ["user_id"], Required: true),
            new("campaign_id", new(ColumnKind.Int64), ["campaign_id"], Required: true),
            new("creative", new(ColumnKind.String), ["creative"]),
            new("landing_page", new(ColumnKind.String), ["landing_page"]),
            new("country", new(ColumnKind.String), ["country"]),
            new("cost", new(ColumnKind.Decimal, 12, 4), ["cost"]),
            new("is_billed", new(ColumnKind.Bool), ["is_billed"]),
        ],
        Lake = new([], [], LakeCodec.Zstd),
    };

    /// <summary>Writes the file.</summary>
    public static void Write(string path, long rows)
    {
        var random = new Random(1);
        using var file = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20);
        file.Write("click_id,clicked_at,user_id,campaign_id,creative,landing_page,country,cost,is_billed\n");
        var start = new DateTime(2023, 10, 23, 0, 0, 0, DateTimeKind.Utc);
        for (var row = 0L; row < rows; row++)
        {
            var product = random.Next(5_000);
            var creative = random.Next(40) switch
            {
                0 => $"\"Dock {random.Next(200)}, 2nd \"\"row\"\"\"",
                < 10 => $"\"Dock {random.Next(200)}, 2nd row\"",
                _ => $"Banner {random.Next(200)}",
            };
            file.Write(string.Create(CultureInfo.InvariantCulture,
                $"c{row:x8}{random.Next():x8},{start.AddSeconds(row / 8):yyyy-MM-ddTHH:mm:ss}Z,user_{random.Next(200_000)},"));
            file.Write(string.Create(CultureInfo.InvariantCulture,
                $"{random.Next(100_000, 101_000)},{creative},https://shop.example/p/SKU-{product}?ref=ad,"));
            file.Write(string.Create(CultureInfo.InvariantCulture,
                $"{Countries[random.Next(Countries.Length)]},{random.Next(20_000) / 10_000m:0.0000},"));
            file.Write(random.Next(10) == 0 ? "false\n" : "true\n");
        }
    }
}

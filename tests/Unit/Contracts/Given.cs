using Pipeline.Contracts;
using Pipeline.Domain.Datasets;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>A valid contract to change one thing of, and the repository's files.</summary>
internal static class Given
{
    public const string Contract =
        """
        dataset: orders
        version: 3
        source: { kind: kafka, topic: shop.orders, format: json, time_zone: Europe/Berlin }
        columns:
          - { name: ordered_at, type: timestamp, from: time, required: true }
          - { name: day, type: date, derive: date(ordered_at) }
          - { name: id, type: string, from: [id, order.id], required: true, max_length: 36 }
          - { name: amount, type: "decimal(18, 4)", from: amount }
          - { name: raw, type: json, from: extra }
          - { name: share, type: float64, from: share }
          - { name: count, type: int64, from: items.count }
        lake: { partition_by: [day], sort_by: [ordered_at], codec: snappy }
        table: { name: latest_orders, key: [id, day], newer_by: ordered_at }
        limits: { max_record_bytes: 2048, max_depth: 8 }
        """;

    /// <summary>The contract above with one text replaced, which must be in it.</summary>
    public static string With(string old, string changed)
    {
        Assert.Contains(old, Contract);
        return Contract.Replace(old, changed, StringComparison.Ordinal);
    }

    public static DatasetContract Valid(string text)
    {
        var reading = ContractReader.Read(text, "orders.yaml");
        Assert.Empty(reading.Faults);
        return reading.Contract!;
    }

    public static IReadOnlyList<string> FaultsOf(string text)
    {
        var reading = ContractReader.Read(text, "orders.yaml");
        Assert.Equal(reading.Contract is null, reading.Faults.Count > 0);
        return [.. reading.Faults.Select(fault => fault.ToString())];
    }

    /// <summary>A file or folder of the repository.</summary>
    public static string Repository(params string[] path)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Pipeline.sln")))
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("The tests run outside the repository.");
        return Path.Combine([root, .. path]);
    }
}

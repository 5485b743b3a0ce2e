using System.Globalization;
using System.Text;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Sources.Attribution;

/// <summary>Writes results as pages, as a provider would answer them: <c>{"attributions":[…]}</c> and
/// <c>{"campaign_counts":[…]}</c>.</summary>
internal sealed class ResultPages(IObjectStore segments, TimeProvider time, int lookbackDays)
{
    /// <summary>What stands in for an API's version: the rule by which conversions are attributed.</summary>
    private const string RuleVersion = "1";

    private const int PageRows = 5_000;
    private const int PageBytes = 4 << 20;

    private readonly MemoryStream page = new();

    /// <summary>Writes a part of a day's result.</summary>
    /// <param name="revision">Told in every conversion's record.</param>
    /// <param name="withCounts">The campaigns' sums follow the conversions.</param>
    public async Task<ExtractedPart> WriteAsync(
        Extraction extraction, int part, AttributionRows rows, int revision, bool withCounts, CancellationToken stopping)
    {
        var task = new SliceTask(extraction, part, null);
        var header = PageHeader.Of(task, RuleVersion, lookbackDays, new("UTC", null, null));
        using var writer = new PartWriter(segments, time, task, header);
        var day = extraction.Window.From;
        var first = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"revision\":{revision},"));
        Add(writer, "{\"attributions\":["u8, first, rows.Conversions(day));
        if (withCounts) Add(writer, "{\"campaign_counts\":["u8, "{"u8.ToArray(), rows.Counts(day));
        return await writer.FinishAsync(stopping);
    }

    /// <param name="first">What a record begins with, in place of its own bracket.</param>
    private void Add(PartWriter writer, ReadOnlySpan<byte> key, byte[] first, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        var count = 0;
        var opening = key.ToArray();
        foreach (var record in records)
        {
            if (count == PageRows || page.Length >= PageBytes) Finish();
            page.Write(count++ == 0 ? opening : ","u8);
            page.Write(first);
            page.Write(record.Span[1..]);
        }
        if (count > 0) Finish();

        void Finish()
        {
            page.Write("]}"u8);
            writer.Add(page.GetBuffer().AsMemory(0, (int)page.Length));
            page.SetLength(0);
            count = 0;
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>An export that was ordered: its records as they were then, given out page by page.</summary>
/// <param name="PageSize">Records a page, less than what was asked for.</param>
/// <param name="Unready">Calls that are answered "in progress" first.</param>
internal sealed record Export(
    string Id, string AccountId, string Api, string Slice, DateOnly From, DateOnly To, IReadOnlyList<JsonObject> Records, int PageSize, int Unready)
{
    private int waits;

    /// <summary>Pages with records; the end is one page more.</summary>
    public int Pages => (Records.Count + PageSize - 1) / PageSize;

    /// <summary>Says whether a call comes too early, and counts it.</summary>
    public bool ComesTooEarly() => Interlocked.Increment(ref waits) <= Unready;

    /// <summary>The cursor of a page as it is meant: with characters that a query must encode.</summary>
    public string Cursor(int page) => "/+" + Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Id}:{page}..")));
}

/// <summary>All exports.</summary>
internal sealed class Exports
{
    // Small, so that the sample's days have several pages.
    private const int MostRecordsPerPage = 40;
    private const int MostUnready = 2;

    private readonly ConcurrentDictionary<string, Export> exports = new();
    private int ordered;

    /// <summary>Orders an export.</summary>
    public Export Order(CleverTapAccount account, string api, string slice, DateOnly from, DateOnly to, IReadOnlyList<JsonObject> records, int batchSize)
    {
        var number = Interlocked.Increment(ref ordered) - 1;
        var id = string.Create(CultureInfo.InvariantCulture, $"export-{number}");
        var pageSize = Math.Clamp(batchSize - 1, 1, MostRecordsPerPage);
        return exports[id] = new(id, account.Id, api, slice, from, to, records, pageSize, MostUnready - (number % (MostUnready + 1)));
    }

    /// <summary>The export and page of a cursor; false for what is none.</summary>
    public bool TryFind(string cursor, out Export export, out int page)
    {
        export = null!;
        page = 0;
        var bytes = new byte[cursor.Length];
        if (!cursor.StartsWith("/+", StringComparison.Ordinal) || !Convert.TryFromBase64String(cursor[2..], bytes, out var length)) return false;
        return Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('.').Split(':') is [var id, var number]
            && exports.TryGetValue(id, out export!) && int.TryParse(number, out page) && page >= 0 && page <= export.Pages;
    }

    /// <summary>Nothing was ordered.</summary>
    public void Clear()
    {
        exports.Clear();
        ordered = 0;
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Relational;

/// <summary>Gathers rows to pages of bounded size: <c>{"schema": {"fields": [{"name": "id", "type": "bigint"}]}, "rows": [{"id": "7"}]}</c>.</summary>
internal sealed class RowPages
{
    private const int PageBytes = 4 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> page = new();
    private readonly PartWriter part;
    private readonly byte[] head;
    private int rows;

    public RowPages(PartWriter part, IReadOnlyList<TableColumn> columns)
    {
        this.part = part;
        var schema = JsonSerializer.Serialize(new { fields = columns.Select(column => new { name = column.Name, type = column.Type }) });
        head = Encoding.UTF8.GetBytes($"{{\"schema\":{schema},\"rows\":[");
        page.Write(head);
    }

    /// <summary>Adds a row's JSON.</summary>
    public void Add(string row)
    {
        if (rows++ > 0) page.Write(","u8);
        Encoding.UTF8.GetBytes(row, page);
        if (page.WrittenCount >= PageBytes || rows == Domain.Slices.Extraction.MaxPageRows) End();
    }

    /// <summary>Ends the last page. A day without rows has one page, which tells the columns it would have had.</summary>
    public void Finish()
    {
        if (rows > 0 || part.Pages == 0) End();
    }

    private void End()
    {
        page.Write("]}"u8);
        part.Add(page.WrittenMemory);
        page.ResetWrittenCount();
        page.Write(head);
        rows = 0;
    }
}

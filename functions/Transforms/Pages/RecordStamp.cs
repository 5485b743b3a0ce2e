using System.Buffers.Text;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Pages;

/// <summary>Writes what a contract reads of the page's header in front of each record's own fields, as <c>_slice</c>.</summary>
internal sealed class RecordStamp
{
    private const string Prefix = "_slice.";
    private const string Position = "position";

    private readonly string[] wanted;
    private readonly bool wantsPosition;
    private readonly PooledBytes stamp = new();

    /// <summary>The stamp of a contract of one source.</summary>
    public RecordStamp(DatasetContract contract)
    {
        var names = contract.Columns.SelectMany(column => column.From).Where(path => path.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(path => path[Prefix.Length..]).Distinct(StringComparer.Ordinal).ToList();
        wantsPosition = names.Remove(Position);
        wanted = [.. names];
    }

    /// <summary>Takes the header of a page.</summary>
    public void Begin(PageHeader header)
    {
        stamp.Clear();
        if (wanted.Length == 0 && !wantsPosition) return;
        stamp.Append("{\"_slice\":{"u8);
        var first = true;
        foreach (var name in wanted)
        {
            var value = header.Json(name);
            if (value.IsEmpty) continue;
            if (!first) stamp.Append((byte)',');
            first = false;
            stamp.Append((byte)'"');
            stamp.Append(Encoding.UTF8.GetBytes(name));
            stamp.Append("\":"u8);
            stamp.Append(value);
        }
        if (wantsPosition) stamp.Append(first ? "\"position\":"u8 : ",\"position\":"u8);
    }

    /// <summary>Adds a record to the rows; one that is no object is added as it is, for the decoder to refuse.</summary>
    public void Append(PageBlock rows, long position, long timestampMs, ReadOnlySpan<byte> record)
    {
        rows.Begin(position, timestampMs);
        if (stamp.Length == 0 || record[0] != (byte)'{')
        {
            rows.Write(record);
        }
        else
        {
            rows.Write(stamp.Span);
            if (wantsPosition)
            {
                Span<byte> digits = stackalloc byte[20];
                Utf8Formatter.TryFormat(position, digits, out var written);
                rows.Write(digits[..written]);
            }
            var rest = record[1..];
            var next = rest.IndexOfAnyExcept(" \t\r\n"u8);
            rows.Write(rest[next] == (byte)'}' ? "}"u8 : "},"u8);
            rows.Write(rest);
        }
        rows.End();
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Quarantine;

/// <summary>Reads the lines that <see cref="QuarantineWriter"/> wrote.</summary>
public static class QuarantineReader
{
    private static readonly string TableRefused = RejectionCode.TableRefused.Text();

    /// <summary>Rows of a publication that its table refused, by its visible quarantine object; none when there is no such
    /// object.</summary>
    public static async Task<RefusedRows> TableRefusalsAsync(
        IObjectStore quarantine, string dataset, long publicationId, CancellationToken stopping)
    {
        var refused = new RefusedRows();
        await foreach (var line in LinesAsync(quarantine, dataset, publicationId, stopping)) Take(line, refused);
        return refused;
    }

    /// <summary>The lines of a publication's visible quarantine object; none when there is no such object.</summary>
    internal static async IAsyncEnumerable<string> LinesAsync(
        IObjectStore quarantine, string dataset, long publicationId, [EnumeratorCancellation] CancellationToken stopping)
    {
        var key = QuarantineWriter.KeyOf(dataset, publicationId);
        await foreach (var stored in quarantine.ListAsync(key, null, stopping))
        {
            if (stored.Key != key) continue;
            using var reader = new StreamReader(await quarantine.OpenReadAsync(key, stopping));
            while (await reader.ReadLineAsync(stopping) is { } line) yield return line;
        }
    }

    private static void Take(string line, RefusedRows refused)
    {
        using var json = JsonDocument.Parse(line);
        var row = json.RootElement;
        if (row.GetProperty("code").GetString() != TableRefused) return;
        var message = row.GetProperty("message").GetString()!;
        refused.Add(new(row.GetProperty("shard").GetString()!, row.GetProperty("position").GetInt64(), message));
    }
}

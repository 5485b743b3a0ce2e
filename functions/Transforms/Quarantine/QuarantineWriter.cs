using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Quarantine;

/// <summary>Writes a publication's refused records to one object, a JSON line each, the records themselves sealed.</summary>
/// <remarks>
/// <c>{"code":"wrong_type","field":"a.b","message":"…","shard":"clicks-0-g0","position":7,"bytes":123,"sealed":"…base64…"}</c>; sealed
/// is null
/// for a record without a value. There is no object when nothing was refused.
/// </remarks>
public sealed class QuarantineWriter(IObjectStore quarantine, ISealer sealer, string dataset, long publicationId)
    : IRejectionSink, IAsyncDisposable
{
    private const int WriteBytes = 1 << 20;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<(RejectionCode, string), RejectionCount> counts = [];
    private readonly MemoryStream head = new();
    private readonly PooledBytes lines = new();
    private readonly PooledBytes sealedBytes = new();
    private Utf8JsonWriter? json;
    private IObjectUpload? upload;

    /// <summary>Records refused so far.</summary>
    public long Records { get; private set; }

    /// <summary>Refused records by cause, in order of first appearance.</summary>
    public IReadOnlyList<RejectionCount> Counts => [.. counts.Values];

    /// <summary>The key of a publication's quarantine object.</summary>
    public static string KeyOf(string dataset, long publicationId) => $"{dataset}/{publicationId}.ndjson";

    /// <summary>What a sealed record is bound to.</summary>
    public static byte[] ContextOf(string shard, long position) => Encoding.UTF8.GetBytes($"{shard}@{position}");

    /// <inheritdoc/>
    public void Refuse(in Rejection rejection)
    {
        Records++;
        var cause = (rejection.Code, rejection.Field);
        counts[cause] = counts.TryGetValue(cause, out var known)
            ? known with { Records = known.Records + 1 }
            : new(rejection.Code, rejection.Field, 1, rejection.Shard, rejection.Position);
        WriteLine(rejection);
    }

    /// <summary>Sends what has gathered, so that memory stays bounded; call between batches.</summary>
    public async ValueTask FlushAsync(CancellationToken stopping)
    {
        if (lines.Length >= WriteBytes) await SendAsync(stopping);
    }

    /// <summary>Finishes the object: durable and invisible. Null when nothing was refused.</summary>
    public async Task<PublishedObject?> FinishAsync(CancellationToken stopping)
    {
        if (Records == 0) return null;
        await SendAsync(stopping);
        return new(await upload!.FinishAsync(stopping), ObjectRole.Quarantine, null, Records);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        json?.Dispose();
        lines.Dispose();
        sealedBytes.Dispose();
        if (upload is not null) await upload.DisposeAsync();
    }

    private async ValueTask SendAsync(CancellationToken stopping)
    {
        upload ??= await quarantine.BeginUploadAsync(KeyOf(dataset, publicationId), stopping);
        await upload.WriteAsync(lines.Memory, stopping);
        lines.Clear();
    }

    private void WriteLine(in Rejection rejection)
    {
        var shard = rejection.Shard.ToString();
        WriteHead(rejection, shard);
        lines.Append(head.GetBuffer().AsSpan(0, (int)head.Length - 1)); // without the closing brace
        if (rejection.Code == RejectionCode.NoValue)
        {
            lines.Append(",\"sealed\":null}\n"u8);
            return;
        }
        var length = rejection.Record.Length + sealer.OverheadBytes;
        sealer.Seal(rejection.Record.Span, ContextOf(shard, rejection.Position), sealedBytes.Reset(length));
        lines.Append(",\"sealed\":\""u8);
        Base64.EncodeToUtf8(sealedBytes.Span, lines.Room(Base64.GetMaxEncodedToUtf8Length(length)), out _, out var written);
        lines.Advance(written);
        lines.Append("\"}\n"u8);
    }

    private void WriteHead(in Rejection rejection, string shard)
    {
        head.SetLength(0);
        if (json is null) json = new(head, Relaxed);
        else json.Reset(head);
        json.WriteStartObject();
        json.WriteString("code"u8, rejection.Code.Text());
        json.WriteString("field"u8, rejection.Field);
        json.WriteString("message"u8, rejection.Message);
        json.WriteString("shard"u8, shard);
        json.WriteNumber("position"u8, rejection.Position);
        json.WriteNumber("bytes"u8, rejection.Record.Length);
        json.WriteEndObject();
        json.Flush();
    }
}

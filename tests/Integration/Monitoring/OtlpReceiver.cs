using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>A collector of the tests: takes OTLP over HTTP, keeps every span, and every byte for canaries to be looked for.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly LoopbackServer server;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> received = new();

    public OtlpReceiver() => server = new(AnswerAsync);

    /// <summary>For OTEL_EXPORTER_OTLP_ENDPOINT.</summary>
    public string Address => server.Address;

    /// <summary>Every span so far.</summary>
    public IReadOnlyList<Span> Spans => [.. received.Where(each => each.Path == "/v1/traces").SelectMany(each => Span.Of(each.Body))];

    /// <summary>Paths that something was sent to: <c>/v1/traces</c>, <c>/v1/metrics</c>, <c>/v1/logs</c>.</summary>
    public IReadOnlySet<string> Paths => received.Select(each => each.Path).ToHashSet();

    /// <summary>Whether anything that was sent holds the text.</summary>
    public bool Holds(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return received.Any(each => each.Body.AsSpan().IndexOf(bytes) >= 0);
    }

    public void Dispose() => server.Dispose();

    private async Task AnswerAsync(HttpContext call)
    {
        using var body = new MemoryStream();
        await call.Request.Body.CopyToAsync(body);
        received.Enqueue((call.Request.Path, body.ToArray()));
        call.Response.ContentType = "application/x-protobuf";
    }
}

/// <summary>What a test looks at of a span.</summary>
internal sealed record Span(
    string Source, string TraceId, string SpanId, string ParentId, string Name, IReadOnlyList<string> Links,
    IReadOnlyDictionary<string, string> Tags)
{
    // Field numbers of opentelemetry/proto/trace/v1/trace.proto and common/v1/common.proto.
    private const int ResourceSpans = 1, ScopeSpans = 2, Scope = 1, Spans = 2, ScopeName = 1;
    private const int SpanTraceId = 1, SpanSpanId = 2, SpanParentId = 4, SpanName = 5, SpanAttributes = 9, SpanLinks = 13, LinkSpanId = 2;

    /// <summary>The spans of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<Span> Of(byte[] request) =>
        from resource in ProtoFields.Of(request).Messages(ResourceSpans)
        from scope in resource.Messages(ScopeSpans)
        let source = scope.Messages(Scope).First().Text(ScopeName)
        from span in scope.Messages(Spans)
        select new Span(
            source, span.Hex(SpanTraceId), span.Hex(SpanSpanId), span.Hex(SpanParentId), span.Text(SpanName),
            [.. span.Messages(SpanLinks).Select(link => link.Hex(LinkSpanId))],
            span.Messages(SpanAttributes).ToDictionary(tag => tag.Text(1), tag => tag.Messages(2).First().Value()));
}

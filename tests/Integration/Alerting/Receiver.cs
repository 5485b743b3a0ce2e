using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>An HTTP endpoint that takes alerts, and misbehaves as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly LoopbackServer server;
    private readonly ConcurrentQueue<Fault> faults = new();
    private readonly ConcurrentQueue<Taken> taken = new();
    private readonly CancellationTokenSource ending = new();

    public Receiver() => server = new(AnswerAsync);

    /// <summary>How a request goes wrong. Of the last two the sender cannot know that its message was taken.</summary>
    public enum Kind { None, Status, Hang, Reset, TakeAndHang, TakeAndReset }

    /// <summary>Its address, with a path that nobody may see.</summary>
    public Uri Url => new($"{server.Address}/services/T0/B0/canary-path");

    /// <summary>Everything it took, in order; a repeated message is there as often as it came.</summary>
    public IReadOnlyList<Taken> All => [.. taken];

    /// <summary>What happens to requests when no fault is queued.</summary>
    public Fault Usual { get; set; } = new(Kind.None);

    /// <summary>Requests so far, taken or not.</summary>
    public int Requests => requests;

    private int requests;

    /// <summary>The next requests go wrong in these ways, one each.</summary>
    public void Then(params Fault[] next)
    {
        foreach (var fault in next) faults.Enqueue(fault);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await server.DisposeAsync();
        ending.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var fault = faults.TryDequeue(out var next) ? next : Usual;
        if (fault.Kind is Kind.None or Kind.TakeAndHang or Kind.TakeAndReset)
            taken.Enqueue(new(body, context.Request.Headers.ToDictionary(
                each => each.Key, each => each.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        switch (fault.Kind)
        {
            case Kind.Status:
                context.Response.StatusCode = (int)fault.Status;
                if (fault.RetryAfter is { } seconds) context.Response.Headers.RetryAfter = $"{seconds}";
                // What it was told, told back.
                await context.Response.WriteAsync($"{context.Request.Path} {body} {string.Join(' ', context.Request.Headers)}");
                break;
            case Kind.Hang or Kind.TakeAndHang:
                using (var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending.Token))
                    await Task.Delay(Timeout.Infinite, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case Kind.Reset or Kind.TakeAndReset:
                context.Abort();
                break;
            default:
                context.Response.StatusCode = 202;
                break;
        }
    }

    /// <summary>One way to go wrong.</summary>
    public sealed record Fault(Kind Kind, HttpStatusCode Status = HttpStatusCode.InternalServerError, int? RetryAfter = null);

    /// <summary>A request that was taken.</summary>
    public sealed record Taken(string Body, IReadOnlyDictionary<string, string> Headers);
}

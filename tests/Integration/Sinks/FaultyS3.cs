using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>Answers S3 calls with what a test has put in line, first come, first served; the last answer repeats.</summary>
internal sealed class FaultyS3 : IAsyncDisposable
{
    private readonly LoopbackServer server;
    private readonly ConcurrentQueue<(int Status, string Body)> answers;

    public FaultyS3(params (int Status, string Body)[] inLine)
    {
        answers = new(inLine);
        server = new(AnswerAsync);
        Endpoint = new Uri($"{server.Address}/");
    }

    public Uri Endpoint { get; }

    /// <summary>Calls answered, as method and query.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public static (int, string) Error(int status, string code) => (status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>made for a test</Message></Error>");

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        Calls.Enqueue(context.Request.Method);
        if (!(answers.Count > 1 ? answers.TryDequeue(out var answer) : answers.TryPeek(out answer))) answer = (500, "");
        context.Response.StatusCode = answer.Status;
        var body = HttpMethods.IsHead(context.Request.Method) ? [] : Encoding.UTF8.GetBytes(answer.Body);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }
}

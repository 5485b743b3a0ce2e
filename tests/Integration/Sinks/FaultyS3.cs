using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>Answers S3 calls with what a test has put in line, first come, first served; the last answer repeats.</summary>
internal sealed class FaultyS3 : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<(int Status, string Body)> answers = new();
    private readonly Task serving;

    public FaultyS3(params (int Status, string Body)[] inLine)
    {
        foreach (var answer in inLine) answers.Enqueue(answer);
        Endpoint = new Uri($"http://127.0.0.1:{PostgresServer.FreePort()}/");
        listener.Prefixes.Add(Endpoint.AbsoluteUri);
        listener.Start();
        serving = ServeAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>Calls answered, as method and query.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public static (int, string) Error(int status, string code) => (status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>made for a test</Message></Error>");

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                Calls.Enqueue(context.Request.HttpMethod);
                if (!(answers.Count > 1 ? answers.TryDequeue(out var answer) : answers.TryPeek(out answer))) answer = (500, "");
                context.Response.StatusCode = answer.Status;
                var body = Encoding.UTF8.GetBytes(answer.Body);
                context.Response.ContentLength64 = context.Request.HttpMethod == "HEAD" ? 0 : body.Length;
                if (context.Request.HttpMethod != "HEAD") await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
        }
        catch (Exception stopped) when (stopped is HttpListenerException || !listener.IsListening)
        {
            return;   // the test is over
        }
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Integration;

/// <summary>An HTTP server of a test on a port of its own.</summary>
/// <remarks>Not HttpListener: one that is stopped just as it waits for the next call waits for ever.</remarks>
internal sealed class LoopbackServer : IDisposable, IAsyncDisposable
{
    private readonly WebApplication server;

    /// <param name="answer">Answers each call.</param>
    public LoopbackServer(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Run(answer);
        server.Start();
        Address = server.Urls.Single();
    }

    /// <summary>Without a slash at its end.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)server).Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();
}

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>How the document of GET / is served.</summary>
public sealed class DocumentTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_is_whole_with_one_request_zipped_and_not_sent_twice()
    {
        using var app = new FunctionApp(postgres.CreateDatabase(), "127.0.0.1:1", ("LocalHost__Keys__default", "closed"));
        app.Start();
        await app.ReadyAsync(Stopping);

        using var plain = await app.Http.GetAsync("/", Stopping);
        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.Equal("text/html; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
        var text = await plain.Content.ReadAsStringAsync(Stopping);
        var names = text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
        Assert.DoesNotContain("http://", names, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        var policy = Assert.Single(plain.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(plain.Headers.GetValues("X-Content-Type-Options")));

        using var asked = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept-Encoding", "br, gzip;q=0.8" } } };
        using var zipped = await app.Http.SendAsync(asked, Stopping);
        Assert.Equal("gzip", Assert.Single(zipped.Content.Headers.ContentEncoding));
        await using var unzipped = new GZipStream(await zipped.Content.ReadAsStreamAsync(Stopping), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        Assert.Equal(text, await reader.ReadToEndAsync(Stopping));
        Assert.NotEqual(plain.Headers.ETag, zipped.Headers.ETag);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { plain.Headers.ETag! } } };
        using var same = await app.Http.SendAsync(again, Stopping);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(Stopping));
        using var other = new HttpRequestMessage(HttpMethod.Get, "/");
        other.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"another\""));
        using var changed = await app.Http.SendAsync(other, Stopping);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var closed = await app.Http.GetAsync("/api/datasets/user_actions/rows", Stopping);
        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Pipeline.App.StatusPages;

namespace Pipeline.App.Http;

/// <summary>GET /: the status page, one document that lives from the API. The Functions host shows its own page there unless the setting
/// <c>AzureWebJobsDisableHomepage</c> is true.</summary>
public sealed class StatusPage
{
    private static readonly StatusPageDocument Document = StatusPageDocument.Create();

    [Function(nameof(StatusPage))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "/")] HttpRequest request)
    {
        var answer = request.HttpContext.Response.Headers;
        answer.ContentSecurityPolicy = Document.Policy;
        answer.XContentTypeOptions = "nosniff";
        answer["Referrer-Policy"] = "no-referrer";
        answer.CacheControl = "no-cache";
        answer.Vary = HeaderNames.AcceptEncoding;
        var isZipped = TakesGzip(request);
        if (isZipped) answer.ContentEncoding = "gzip";
        return new FileContentResult(isZipped ? Document.Zipped : Document.Plain, "text/html; charset=utf-8")
        {
            EntityTag = new($"\"{Document.Tag}{(isZipped ? "-gzip" : "")}\""),
        };
    }

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var taken)
        && taken.Any(each => each.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && each.Quality is not 0);
}

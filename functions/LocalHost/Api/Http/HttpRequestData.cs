using System.Collections.Specialized;
using System.Net;
using System.Security.Claims;
using System.Web;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>An HTTP request, the same whatever serves it.</summary>
/// <remarks>https://learn.microsoft.com/dotnet/api/microsoft.azure.functions.worker.http.httprequestdata</remarks>
public abstract class HttpRequestData
{
    private NameValueCollection? query;

    /// <param name="functionContext">The invocation.</param>
    public HttpRequestData(FunctionContext functionContext) => FunctionContext = functionContext;

    /// <summary>The body; read it asynchronously.</summary>
    public abstract Stream Body { get; }

    /// <summary>The headers.</summary>
    public abstract HttpHeadersCollection Headers { get; }

    /// <summary>The cookies.</summary>
    public abstract IReadOnlyCollection<IHttpCookie> Cookies { get; }

    /// <summary>The full address.</summary>
    public abstract Uri Url { get; }

    /// <summary>Who the caller is; this host knows keys only, so it is one identity without claims.</summary>
    public abstract IEnumerable<ClaimsIdentity> Identities { get; }

    /// <summary>GET, POST …</summary>
    public abstract string Method { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }

    /// <summary>The query, decoded.</summary>
    public virtual NameValueCollection Query => query ??= HttpUtility.ParseQueryString(Url.Query);

    /// <summary>An empty response, status 200.</summary>
    public abstract HttpResponseData CreateResponse();
}

/// <summary>An HTTP response.</summary>
public abstract class HttpResponseData
{
    /// <param name="functionContext">The invocation.</param>
    public HttpResponseData(FunctionContext functionContext) => FunctionContext = functionContext;

    /// <summary>The status; 200 until set.</summary>
    public abstract HttpStatusCode StatusCode { get; set; }

    /// <summary>The headers.</summary>
    public abstract HttpHeadersCollection Headers { get; set; }

    /// <summary>The body; write it asynchronously.</summary>
    public abstract Stream Body { get; set; }

    /// <summary>The cookies to set.</summary>
    public abstract HttpCookies Cookies { get; }

    /// <summary>The invocation.</summary>
    public FunctionContext FunctionContext { get; }

    /// <summary>An empty response to the request, status 200.</summary>
    public static HttpResponseData CreateResponse(HttpRequestData request) => request.CreateResponse();
}

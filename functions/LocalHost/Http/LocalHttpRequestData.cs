using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Pipeline.LocalHost.Http;

/// <summary>The ASP.NET Core request behind an HttpRequestData.</summary>
internal sealed class LocalHttpRequestData(HttpRequest request, FunctionContext context) : HttpRequestData(context)
{
    private HttpHeadersCollection? headers;
    private IReadOnlyCollection<IHttpCookie>? cookies;
    private Uri? url;

    public override Stream Body => request.Body;

    public override HttpHeadersCollection Headers => headers ??= new(
        request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.OfType<string>())));

    public override IReadOnlyCollection<IHttpCookie> Cookies =>
        cookies ??= [.. request.Cookies.Select(cookie => new HttpCookie(cookie.Key, cookie.Value))];

    public override Uri Url => url ??= new Uri(request.GetDisplayUrl());

    public override IEnumerable<ClaimsIdentity> Identities => request.HttpContext.User.Identities;

    public override string Method => request.Method;

    /// <summary>The request of an invocation: one object for it, however often it is asked for.</summary>
    public static LocalHttpRequestData Of(HttpContext http, FunctionContext context)
    {
        if (context.Features.Get<LocalHttpRequestData>() is { } known) return known;
        var request = new LocalHttpRequestData(http.Request, context);
        context.Features.Set(request);
        return request;
    }

    public override HttpResponseData CreateResponse() => new LocalHttpResponseData(request.HttpContext.Response, FunctionContext);
}

/// <summary>The ASP.NET Core response behind an HttpResponseData: what is written to it goes straight out.</summary>
internal sealed class LocalHttpResponseData : HttpResponseData
{
    private readonly HttpResponse response;
    private HttpHeadersCollection headers = [];
    private Stream body;

    public LocalHttpResponseData(HttpResponse response, FunctionContext context) : base(context)
    {
        this.response = response;
        body = response.Body;
        Cookies = new LocalHttpCookies(response.Cookies);
        response.OnStarting(() =>
        {
            foreach (var (name, values) in headers) response.Headers[name] = values.ToArray();
            return Task.CompletedTask;
        });
    }

    public override HttpStatusCode StatusCode
    {
        get => (HttpStatusCode)response.StatusCode;
        set => response.StatusCode = (int)value;
    }

    public override HttpHeadersCollection Headers
    {
        get => headers;
        set => headers = value;
    }

    public override Stream Body
    {
        get => body;
        set => response.Body = body = value;
    }

    public override HttpCookies Cookies { get; }

    private sealed class LocalHttpCookies(IResponseCookies cookies) : HttpCookies
    {
        public override void Append(string name, string value) => cookies.Append(name, value);

        public override void Append(IHttpCookie cookie) => cookies.Append(cookie.Name, cookie.Value, new CookieOptions
        {
            Domain = cookie.Domain, Expires = cookie.Expires, HttpOnly = cookie.HttpOnly ?? false, Path = cookie.Path ?? "/",
            MaxAge = cookie.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Secure = cookie.Secure ?? false,
            SameSite = cookie.SameSite switch
            {
                SameSite.Lax => SameSiteMode.Lax, SameSite.Strict => SameSiteMode.Strict, SameSite.ExplicitNone => SameSiteMode.None,
                _ => SameSiteMode.Unspecified,
            },
        });

        public override IHttpCookie CreateNew() => new HttpCookie("", "");
    }
}

using System.Net.Http.Headers;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>HTTP headers, names ignoring case.</summary>
public class HttpHeadersCollection : HttpHeaders
{
    /// <summary>None.</summary>
    public HttpHeadersCollection() { }

    /// <summary>Each name with its values.</summary>
    public HttpHeadersCollection(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        foreach (var (name, values) in headers) TryAddWithoutValidation(name, values);
    }

    /// <summary>Each name with one value.</summary>
    public HttpHeadersCollection(IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers) TryAddWithoutValidation(name, value);
    }
}

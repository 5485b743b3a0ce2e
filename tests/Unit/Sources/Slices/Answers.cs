using System.Net;
using System.Text;
using Pipeline.Sources.Slices;

namespace Pipeline.Tests.Unit.Sources.Slices;

/// <summary>Provider answers as tests write them down.</summary>
internal static class Answers
{
    /// <summary>An answer of a status and a body.</summary>
    public static ProviderAnswer Of(int status, string body, params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
        foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
        return new((HttpStatusCode)status, Encoding.UTF8.GetBytes(body), new(response));
    }
}

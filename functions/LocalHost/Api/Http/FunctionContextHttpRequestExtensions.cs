using Microsoft.Azure.Functions.Worker.Http;
using Pipeline.LocalHost.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The HTTP request and response of an invocation.</summary>
public static class FunctionContextHttpRequestExtensions
{
    /// <summary>The request; null when the trigger is not HTTP.</summary>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context) =>
        new(context.GetHttpContext() is { } http ? LocalHttpRequestData.Of(http, context) : null);

    /// <summary>The response the function returned; null before, and for any other result.</summary>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context) =>
        context.GetInvocationResult().Value as HttpResponseData;
}

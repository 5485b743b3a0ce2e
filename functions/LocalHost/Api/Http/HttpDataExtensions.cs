using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Invocation;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Reads a request.</summary>
public static class HttpRequestDataExtensions
{
    /// <summary>The body as text, UTF-8 unless stated; empty for none.</summary>
    public static async Task<string?> ReadAsStringAsync(this HttpRequestData request, Encoding? encoding = null)
    {
        using var reader = new StreamReader(request.Body, encoding ?? Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(request.FunctionContext.CancellationToken);
    }

    /// <summary>The body as JSON, by the worker's serializer.</summary>
    /// <exception cref="JsonException">The body is not that JSON.</exception>
    public static async ValueTask<T> ReadFromJsonAsync<T>(this HttpRequestData request, CancellationToken cancellationToken = default) =>
        (await JsonSerializer.DeserializeAsync<T>(request.Body, WorkerJson.Options(request.FunctionContext), cancellationToken))!;

    /// <summary>An empty response of this status.</summary>
    public static HttpResponseData CreateResponse(this HttpRequestData request, HttpStatusCode statusCode)
    {
        var response = request.CreateResponse();
        response.StatusCode = statusCode;
        return response;
    }
}

/// <summary>Writes a response.</summary>
public static class HttpResponseDataExtensions
{
    /// <summary>Appends text, UTF-8 unless stated.</summary>
    public static Task WriteStringAsync(this HttpResponseData response, string value, Encoding? encoding = null) =>
        response.WriteStringAsync(value, CancellationToken.None, encoding);

    /// <summary>Appends text, UTF-8 unless stated.</summary>
    public static Task WriteStringAsync(
        this HttpResponseData response, string value, CancellationToken cancellationToken, Encoding? encoding = null) =>
        response.WriteBytesAsync((encoding ?? Encoding.UTF8).GetBytes(value), cancellationToken);

    /// <summary>Appends bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value) =>
        response.WriteBytesAsync(value, CancellationToken.None);

    /// <summary>Appends bytes.</summary>
    public static Task WriteBytesAsync(this HttpResponseData response, byte[] value, CancellationToken cancellationToken) =>
        response.Body.WriteAsync(value, cancellationToken).AsTask();

    /// <summary>Writes JSON by the worker's serializer, application/json; charset=utf-8.</summary>
    public static ValueTask WriteAsJsonAsync<T>(this HttpResponseData response, T? instance,
        CancellationToken cancellationToken = default) =>
        response.WriteAsJsonAsync(instance, "application/json; charset=utf-8", cancellationToken);

    /// <summary>Writes JSON by the worker's serializer.</summary>
    public static async ValueTask WriteAsJsonAsync<T>(
        this HttpResponseData response, T? instance, string contentType, CancellationToken cancellationToken = default)
    {
        response.Headers.Remove("Content-Type");
        response.Headers.TryAddWithoutValidation("Content-Type", contentType);
        await JsonSerializer.SerializeAsync(response.Body, instance, WorkerJson.Options(response.FunctionContext), cancellationToken);
    }
}


using System.Net;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Answers to HTTP requests about orchestration instances.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>Where to ask about an instance and to steer it, below the request's address or, without one, the host's.</summary>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this DurableTaskClient client, string instanceId, HttpRequestData? request = null) =>
        ManagementLinks.Of(client).Payload(client, instanceId, request?.Url);

    /// <summary>202 with the management addresses.</summary>
    public static Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponseAsync(request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <summary>A status of choice with the management addresses; Location and Retry-After say where and when to ask.</summary>
    public static async Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode,
            CancellationToken cancellation = default)
    {
        var payload = client.CreateHttpManagementPayload(instanceId, request);
        var response = request.CreateResponse(statusCode);
        response.Headers.Add("Location", payload.StatusQueryGetUri);
        response.Headers.Add("Retry-After", "10");
        await response.WriteAsJsonAsync(payload, cancellation);
        return response;
    }
}

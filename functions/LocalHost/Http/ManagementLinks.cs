using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Http;

/// <summary>The addresses of the durable management pages, as a client gives them out.</summary>
internal sealed class ManagementLinks(IServer server, HttpKeys keys)
{
    // The API's extension methods have nothing but the client to start from.
    private static readonly ConditionalWeakTable<DurableTaskClient, ManagementLinks> Known = [];

    /// <summary>Gives a client its links.</summary>
    public static void Attach(DurableTaskClient client, ManagementLinks links) => Known.AddOrUpdate(client, links);

    /// <summary>The links of a client.</summary>
    /// <exception cref="InvalidOperationException">The client is not the host's.</exception>
    public static ManagementLinks Of(DurableTaskClient client) => Known.TryGetValue(client, out var links)
        ? links
        : throw new InvalidOperationException(
            "This client was not made by the host, so it knows no management address; take one by [DurableClient].");

    /// <summary>The links of an instance.</summary>
    /// <param name="client">Whose task hub it is.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="request">The request's address; null takes the first address the host listens on.</param>
    public HttpManagementPayload Payload(DurableTaskClient client, string instanceId, Uri? request)
    {
        var host = request?.GetLeftPart(UriPartial.Authority) ?? OwnAddress();
        var page = $"{host}/runtime/webhooks/durabletask/instances/{Uri.EscapeDataString(instanceId)}";
        var query = $"taskHub={Uri.EscapeDataString(client.Name)}{(keys.System is { } key ? $"&code={Uri.EscapeDataString(key)}" : "")}";
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = $"{page}?{query}",
            SendEventPostUri = $"{page}/raiseEvent/{{eventName}}?{query}",
            TerminatePostUri = $"{page}/terminate?reason={{text}}&{query}",
            PurgeHistoryDeleteUri = $"{page}?{query}",
            RestartPostUri = $"{page}/restart?{query}",
            SuspendPostUri = $"{page}/suspend?reason={{text}}&{query}",
            ResumePostUri = $"{page}/resume?reason={{text}}&{query}",
        };
    }

    private string OwnAddress() =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.Replace("0.0.0.0", "localhost")
            .Replace("[::]", "localhost")
        ?? throw new InvalidOperationException("The host does not listen yet, so it has no management address.");
}

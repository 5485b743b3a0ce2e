using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable.Client;

/// <summary>There is one task hub and one client, whatever the name.</summary>
internal sealed class ClientProvider(DurableTaskClient client) : IDurableTaskClientProvider
{
    public DurableTaskClient GetClient(string? name = null) => client;
}

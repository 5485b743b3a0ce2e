using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable.Client;
using Pipeline.LocalHost.Durable.Engine;
using Pipeline.LocalHost.Durable.Http;

namespace Pipeline.LocalHost.Durable;

/// <summary>How the host takes the durable engine in.</summary>
internal static class DurableRegistration
{
    /// <summary>
    /// Registers the engine as a hosted service, and <see cref="DurableTaskClient"/> and <see cref="IDurableTaskClientProvider"/>. The
    /// host registers <see cref="IDurableFunctions"/>; a <see cref="DataConverter"/> and a <see cref="TimeProvider"/> of its own are used.
    /// </summary>
    public static IServiceCollection AddDurableEngine(this IServiceCollection services, DurableOptions options, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DataConverter>(new JsonDataConverter(new JsonSerializerOptions { PropertyNameCaseInsensitive = true }));
        services.AddSingleton(provider => new EngineParts(
            options, connectionString, provider.GetRequiredService<IDurableFunctions>(), provider.GetRequiredService<DataConverter>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<DurableTaskClient, EngineClient>();
        services.AddSingleton<IDurableTaskClientProvider, ClientProvider>();
        services.AddHostedService<DurableEngine>();
        return services;
    }

    /// <summary>Maps <c>/runtime/webhooks/durabletask/…</c>; <paramref name="allowed"/> decides by its key whether a request may
    /// pass.</summary>
    public static void MapDurableManagement(this IEndpointRouteBuilder endpoints, Func<HttpRequest, bool> allowed) =>
        ManagementEndpoints.Map(endpoints, allowed);
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalHost.Durable;

/// <summary>How the host takes the durable engine in.</summary>
internal static class DurableRegistration
{
    /// <summary>
    /// Registers the engine as a hosted service, and <c>DurableTaskClient</c>, <c>IDurableTaskClientProvider</c>. The host registers
    /// <see cref="IDurableFunctions"/>; a <c>DataConverter</c> and a <c>TimeProvider</c> registered before this call are used.
    /// </summary>
    public static IServiceCollection AddDurableEngine(this IServiceCollection services, DurableOptions options, string connectionString) =>
        services;

    /// <summary>Maps <c>/runtime/webhooks/durabletask/…</c>; <paramref name="allowed"/> decides by its key whether a request may pass.</summary>
    public static void MapDurableManagement(this IEndpointRouteBuilder endpoints, Func<HttpRequest, bool> allowed) { }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.Kafka;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.State;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost.Hosting;

/// <summary>The engine's services and endpoints.</summary>
internal static class EngineServices
{
    /// <summary>Registers what runs the functions of a catalog.</summary>
    public static void AddEngine(
        this IServiceCollection services, HostSettings host, LocalHostSettings local, FunctionCatalog catalog, DurableOptions durable)
    {
        services.AddSingleton(host).AddSingleton(local).AddSingleton(local.Keys).AddSingleton(catalog);
        services.AddSingleton<DrainDeadline>().AddSingleton<FunctionRunner>().AddSingleton<RetryingRunner>();
        services.AddSingleton<HttpEndpoints>().AddSingleton<AdminEndpoints>();
        services.AddSingleton<ManualRuns>().AddHostedService(provider => provider.GetRequiredService<ManualRuns>());
        if (local.Postgres is { } connectionString)
        {
            services.AddSingleton(_ => new HostDatabase(connectionString)).AddSingleton<TimerStatusStore>();
            services.TryAddSingleton<DataConverter>(provider => new JsonDataConverter(WorkerJson.Options(provider)));
            services.AddSingleton<IDurableFunctions, DurableFunctionCatalog>();
            if (catalog.HasDurable) services.AddDurableEngine(durable, connectionString);
        }

        services.AddSingleton(provider => new Leases(
            provider.GetService<HostDatabase>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Leases>>()));
        services.AddSingleton<IHostedService>(provider => new TriggerHost(
            Listeners(provider, catalog, host), provider.GetService<HostDatabase>(), provider.GetRequiredService<Leases>(),
            provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<ILogger<TriggerHost>>()));
    }

    /// <summary>Maps the HTTP functions and the host's own pages.</summary>
    public static void MapEngine(this WebApplication app, FunctionCatalog catalog, HttpKeys keys)
    {
        app.Use(HttpEndpoints.NotFoundForOtherMethods);
        app.Services.GetRequiredService<HttpEndpoints>().Map(app, catalog.Http);
        app.Services.GetRequiredService<AdminEndpoints>().Map(app);
        if (!catalog.HasDurable) return;
        app.MapDurableManagement(request => keys.Open(AuthorizationLevel.System, null, HttpEndpoints.ShownKey(request)));
        ManagementLinks.Attach(app.Services.GetRequiredService<DurableTaskClient>(),
            new ManagementLinks(app.Services.GetRequiredService<IServer>(), keys));
    }

    private static IReadOnlyList<ITriggerListener> Listeners(IServiceProvider services, FunctionCatalog catalog, HostSettings host)
    {
        var runner = services.GetRequiredService<RetryingRunner>();
        var time = services.GetRequiredService<TimeProvider>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var leases = services.GetRequiredService<Leases>();
        var store = services.GetService<TimerStatusStore>();
        return
        [
            .. catalog.Timers.Select(timer => new TimerListener(timer, runner, leases, store, time, loggers)),
            .. catalog.Kafka.Select(kafka => new KafkaListener(kafka, runner, host.Kafka, time, loggers)),
        ];
    }
}

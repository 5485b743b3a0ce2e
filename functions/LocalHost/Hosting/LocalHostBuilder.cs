using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Puts the host together: what is there before the app registers anything, and what is added when it has.</summary>
internal static class LocalHostBuilder
{
    // As the Functions host limits it.
    private const long LongestBodyBytes = 100 * 1024 * 1024;

    /// <summary>A builder with the app's configuration, logging and the worker's default services.</summary>
    public static WebApplicationBuilder Create(string[] args, AppSource source, MiddlewareChain middlewares)
    {
        LocalSettingsFile.Load(source.Folder);
        var environment = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT")
            ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Production;
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args, ContentRootPath = source.Folder, EnvironmentName = environment,
        });
        web.Configuration.AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{environment}.json", optional: true)
            .AddEnvironmentVariables().AddCommandLine(args);
        web.Logging.AddConfiguration(web.Configuration.GetSection("Logging")).AddHostConsole();
        web.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestBodyBytes;
        });
        web.Services.AddSingleton(middlewares);
        web.Services.AddRouting();
        web.Services.AddMvcCore();
        web.Services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        web.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        return web;
    }

    /// <summary>Finds the functions, adds the engine and builds the host.</summary>
    /// <exception cref="StartFaultException">The faults, all of them.</exception>
    public static IHost Build(WebApplicationBuilder web, AppSource source, bool isWebApplication)
    {
        var faults = new StartFaults();
        var host = HostSettings.Read(source.Folder, faults);
        var local = LocalHostSettings.Read(web.Configuration, faults);
        web.Services.TryAddSingleton(TimeProvider.System);
        var time = web.Services.LastOrDefault(service =>
            service.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider;
        var scan = new FunctionScan(web.Configuration, host, local, isWebApplication, time ?? TimeProvider.System, faults);
        var catalog = scan.Read(source.Types);
        var durable = DurableSettings.Read(host.DurableTask, web.Configuration, faults);
        if (!catalog.TakesTurns) durable = durable with { MaxConcurrentOrchestratorFunctions = 0 };
        if (!catalog.TakesActivities) durable = durable with { MaxConcurrentActivityFunctions = 0 };
        faults.ThrowIfAny();

        web.Logging.AddHostLevels(host.LogLevels);
        web.WebHost.UseUrls(local.Urls);
        web.Services.Configure<HostOptions>(options => options.ShutdownTimeout = local.DrainTimeout + TimeSpan.FromSeconds(5));
        web.Services.AddEngine(host, local, catalog, durable);
        var app = web.Build();
        ConstructorCheck.Read(catalog, app.Services, faults);
        faults.ThrowIfAny();
        app.MapEngine(catalog, local.Keys);
        StartupLog.Write(app.Services, catalog, local);
        return app;
    }
}

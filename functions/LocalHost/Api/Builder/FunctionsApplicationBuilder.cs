using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Invocation;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function app's host.</summary>
/// <remarks>Middleware runs around every function but orchestrators: their turns replay, and this host says so at start.</remarks>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder web;
    private readonly MiddlewareChain middlewares = new();
    private readonly AppSource source;
    private bool built;

    internal FunctionsApplicationBuilder(string[] args, AppSource source)
    {
        this.source = source;
        web = LocalHostBuilder.Create(args, source, middlewares);
    }

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)web).Properties;

    /// <summary>The app's settings; further sources may be added.</summary>
    public ConfigurationManager Configuration => web.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => web.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => web.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => web.Metrics;

    /// <inheritdoc cref="IHostApplicationBuilder.Services"/>
    public IServiceCollection Services => web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => web.Configuration;

    internal bool IsWebApplication { get; set; }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)web).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        if (built) throw new InvalidOperationException("The application has already been built.");
        middlewares.Add(middleware);
        return this;
    }

    /// <summary>Finds the functions, checks every declaration and setting, and builds the host.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is declared or set wrongly; the text lists all of it.</exception>
    public IHost Build()
    {
        if (built) throw new InvalidOperationException("The application has already been built.");
        built = true;
        return LocalHostBuilder.Build(web, source, IsWebApplication);
    }
}

/// <summary>ASP.NET Core integration.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Gives HTTP functions the ASP.NET Core types: HttpRequest, IActionResult, IResult.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.IsWebApplication = true;
        return builder;
    }
}

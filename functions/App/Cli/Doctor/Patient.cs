using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Lake;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Cli.Doctor;

/// <summary>What is examined: the settings as they are, and the parts that the function app would make of them.</summary>
internal sealed class Patient : IAsyncDisposable
{
    private readonly IServiceCollection parts;
    private readonly ServiceProvider services;
    private IReadOnlyList<ISliceSource>? sources;

    /// <param name="configuration">Wrong or right.</param>
    public Patient(IConfiguration configuration)
    {
        Configuration = configuration;
        parts = new ServiceCollection().AddLogging().AddPipeline(configuration);
        services = parts.BuildServiceProvider();
        Contracts = ContractReader.ReadFolder(App.Services.DatasetFolder(configuration));
    }

    /// <summary>Every setting.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>The contracts, with their faults.</summary>
    public ContractSet Contracts { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => TimeProvider.System;

    /// <summary>The settings of S3, which have no rules of their own.</summary>
    public S3Options S3 => Configuration.GetSection("S3").Get<S3Options>() ?? new();

    /// <summary>A part of the app.</summary>
    public T Part<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>Every source that is asked day by day, as far as its settings are valid: a wrong one hides no other one.</summary>
    public IReadOnlyList<ISliceSource> Sources => sources ??= [.. parts.Where(part => part.ServiceType == typeof(ISliceSource))
        .Select(part => Made(() => (ISliceSource)part.ImplementationFactory!(services))).OfType<ISliceSource>()];

    /// <summary>Some settings, where they are valid.</summary>
    public bool Has<T>([NotNullWhen(true)] out T? settings) where T : class
    {
        settings = Faults<T>() is [] ? services.GetRequiredService<IOptions<T>>().Value : null;
        return settings is not null;
    }

    /// <summary>What is wrong with some settings, a sentence each.</summary>
    public IReadOnlyList<string> Faults<T>() where T : class
    {
        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException wrong)
        {
            return [.. wrong.Failures];
        }
        catch (TerminalException) when (Contracts.Faults.Count > 0)
        {
            return ["They depend on the contracts, which have faults."];
        }
        catch (Exception unreadable) when (IsOfSettings(unreadable))
        {
            return [StartUp.OfWrongKind(unreadable)];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources?.OfType<IAsyncDisposable>() ?? []) await source.DisposeAsync();
        await services.DisposeAsync();
    }

    private static T? Made<T>(Func<T> make) where T : class
    {
        try
        {
            return make();
        }
        catch (Exception wrong) when (IsOfSettings(wrong))
        {
            return null;        // SettingsChecks says why
        }
    }

    // Refused by their rules, or not to be bound at all.
    private static bool IsOfSettings(Exception error) =>
        error is OptionsValidationException or InvalidOperationException or ArgumentException or FormatException;
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Lake;

namespace Pipeline.App.Cli.Doctor;

/// <summary>What is examined: the settings as they are, and the parts that the function app would make of them.</summary>
internal sealed class Patient : IAsyncDisposable
{
    private readonly ServiceProvider services;

    /// <param name="configuration">Wrong or right.</param>
    public Patient(IConfiguration configuration)
    {
        Configuration = configuration;
        services = new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
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
        catch (Exception unreadable) when (unreadable is InvalidOperationException or ArgumentException or FormatException)
        {
            return [$"{unreadable.Message.TrimEnd('.')}. Write a value of the setting's kind."];
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => services.DisposeAsync();
}

using System.Reflection;

namespace Pipeline.LocalHost.Hosting;

/// <summary>What an app is made of.</summary>
/// <param name="Folder">Where host.json and local.settings.json are.</param>
/// <param name="Types">The types whose methods may be functions.</param>
internal sealed record AppSource(string Folder, IReadOnlyList<Type> Types)
{
    /// <summary>The program that runs: its assembly's types; its folder, unless AzureWebJobsScriptRoot names another.</summary>
    public static AppSource Default() => new(
        Environment.GetEnvironmentVariable("AzureWebJobsScriptRoot") is { Length: > 0 } root ? root : AppContext.BaseDirectory,
        Assembly.GetEntryAssembly()?.GetTypes() ?? []);
}

using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>local.settings.json beside host.json: its <c>Values</c> become environment variables, as Core Tools makes them.</summary>
/// <remarks>
/// A variable that is set already wins. https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
/// </remarks>
internal static class LocalSettingsFile
{
    /// <summary>Reads the file of a folder; without one nothing happens.</summary>
    public static void Load(string folder)
    {
        var file = Path.Combine(folder, "local.settings.json");
        if (!File.Exists(file)) return;
        var values = new ConfigurationBuilder().AddJsonFile(file).Build().GetSection("Values");
        foreach (var (key, value) in values.AsEnumerable(makePathsRelative: true))
            if (value is not null && Environment.GetEnvironmentVariable(key) is null)
                Environment.SetEnvironmentVariable(key, value);
    }
}

using Microsoft.Extensions.Configuration;
using Pipeline.Domain.Failures;

namespace Pipeline.App.Settings;

/// <summary>Settings from mounted files: one file each, named as the variable would be (<c>Ledger__ConnectionString</c>).</summary>
/// <remarks>
/// A file is seen by this program alone, where a variable is seen by whatever it starts, by crash reports and by whoever describes the pod.
/// </remarks>
public static class SecretFiles
{
    /// <summary>The setting with the folder; without it there are none.</summary>
    public const string FolderSetting = "Secrets:Folder";

    /// <summary>Adds the files of the folder that the settings so far name; they win over variables of the same name.</summary>
    /// <exception cref="TerminalException">The folder is named and is not there.</exception>
    public static IConfigurationBuilder AddSecretFiles(this IConfigurationBuilder builder, IConfiguration settings)
    {
        if (settings[FolderSetting] is not { Length: > 0 } folder) return builder;
        if (!Directory.Exists(folder))
            throw new TerminalException($"{FolderSetting} names '{folder}', which is no folder; mount it there, or leave the setting out.");
        return builder.AddKeyPerFile(folder, optional: false);
    }
}

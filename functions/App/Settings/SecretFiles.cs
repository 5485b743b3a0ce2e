using Microsoft.Extensions.Configuration;

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
    /// <exception cref="DirectoryNotFoundException">The folder is named and is not there.</exception>
    public static IConfigurationBuilder AddSecretFiles(this IConfigurationBuilder builder, IConfiguration settings) =>
        settings[FolderSetting] is { Length: > 0 } folder ? builder.AddKeyPerFile(folder, optional: false) : builder;
}

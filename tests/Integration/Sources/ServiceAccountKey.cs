using SandboxKey = Pipeline.Sandbox.Apis.GoogleAds.ServiceAccountKey;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>A service account's key file; the Sandbox knows the account.</summary>
internal static class ServiceAccountKey
{
    /// <summary>Where it lies, for this run.</summary>
    public static string File { get; } = Write();

    private static string Write()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("pipeline-key-").FullName, "key.json");
        SandboxKey.Write(path);
        return path;
    }
}

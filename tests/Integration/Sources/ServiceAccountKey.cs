using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>A service account's key file, as Google gives it out; the Sandbox knows the account.</summary>
internal static class ServiceAccountKey
{
    /// <summary>Where it lies, for this run.</summary>
    public static string File { get; } = Write();

    private static string Write()
    {
        using var key = RSA.Create(2048);
        var path = Path.Combine(Directory.CreateTempSubdirectory("pipeline-key-").FullName, "key.json");
        System.IO.File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            type = "service_account", private_key_id = "k1", private_key = key.ExportPkcs8PrivateKeyPem(),
            client_email = "pipeline@sandbox.iam.gserviceaccount.com",
        }));
        return path;
    }
}

using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>Key files of the service account that the Sandbox knows, as Google gives them out; the key is made anew each time.</summary>
public static class ServiceAccountKey
{
    private const int KeyBits = 2048;

    /// <summary>Writes one.</summary>
    public static void Write(string path)
    {
        using var key = RSA.Create(KeyBits);
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            type = "service_account", private_key_id = "sandbox", private_key = key.ExportPkcs8PrivateKeyPem(),
            client_email = "pipeline@sandbox.iam.gserviceaccount.com",
        }));
    }
}

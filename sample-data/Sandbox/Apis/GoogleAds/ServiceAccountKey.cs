using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>Key files of the service account that the Sandbox knows, as Google gives them out; the key is made anew each time.</summary>
public static class ServiceAccountKey
{
    private const int KeyBits = 2048;

    /// <summary>Writes one, for its owner alone.</summary>
    public static void Write(string path)
    {
        using var key = RSA.Create(KeyBits);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        JsonSerializer.Serialize(file, new
        {
            type = "service_account", private_key_id = "sandbox", private_key = key.ExportPkcs8PrivateKeyPem(),
            client_email = "pipeline@sandbox.iam.gserviceaccount.com",
        });
    }
}

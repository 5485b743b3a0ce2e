using System.Text.Json;

namespace Pipeline.Sandbox.Apis.World;

/// <summary>Reads the sample accounts.</summary>
internal static class SampleFiles
{
    /// <summary><c>folder/platform/accounts.json</c> as a record.</summary>
    /// <exception cref="InvalidDataException">It is missing or not what the record says.</exception>
    public static T Read<T>(string folder, string platform)
    {
        var path = Path.Combine(folder, platform, "accounts.json");
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(file, JsonSerializerOptions.Web)
                ?? throw new InvalidDataException($"{path} is empty; write the accounts into it.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }
}

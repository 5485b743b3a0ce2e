namespace Pipeline.Sources.Registry;

/// <summary>The registry that messages' schemas are registered in.</summary>
public sealed record RegistryOptions
{
    /// <summary>Where it is asked; null when there is none.</summary>
    public Uri? Url { get; init; }

    /// <summary>User of its basic authentication; empty without.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password of its basic authentication.</summary>
    public string Password { get; init; } = "";
}

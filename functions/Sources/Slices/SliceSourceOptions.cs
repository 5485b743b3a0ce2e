using System.ComponentModel.DataAnnotations;

namespace Pipeline.Sources.Slices;

/// <summary>What the settings of every provider have.</summary>
public abstract record SliceSourceOptions
{
    /// <summary>Where the provider is asked; another address than the provider's own is for a stand-in.</summary>
    public abstract Uri BaseUrl { get; init; }

    /// <summary>Days behind the last complete one that a daily run asks for again.</summary>
    [Range(0, 90)] public abstract int LookbackDays { get; init; }

    /// <summary>Calls of one account at once.</summary>
    [Range(1, 100)] public abstract int AtOnce { get; init; }

    /// <summary>Seconds a provider may take to begin an answer.</summary>
    [Range(1, 600)] public int TimeoutSeconds { get; init; } = 120;
}

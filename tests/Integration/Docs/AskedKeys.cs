using Microsoft.Extensions.Configuration;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>A configuration that remembers what it was asked for.</summary>
internal sealed class AskedKeys : ConfigurationProvider, IConfigurationSource
{
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <param name="values">What it answers.</param>
    public AskedKeys(IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach (var (key, value) in values) Data[key] = value;
        Configuration = new ConfigurationBuilder().Add(this).Build();
    }

    /// <summary>To be read.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>The settings that were asked for, without the sections they are in.</summary>
    public IEnumerable<string> Settings =>
        asked.Where(key => !asked.Any(other => other.StartsWith($"{key}:", StringComparison.OrdinalIgnoreCase)));

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc/>
    public override bool TryGet(string key, out string? value)
    {
        asked.Add(key);
        return base.TryGet(key, out value);
    }
}

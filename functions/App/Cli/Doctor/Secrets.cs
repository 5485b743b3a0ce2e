using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The values that must not be seen, whoever's message they are in.</summary>
internal sealed class Secrets
{
    private const int FewestCharacters = 6;
    private static readonly string[] Ends = ["Password", "Secret", "Token", "Key", "Passcode"];

    private readonly List<string> values = [];

    /// <param name="configuration">Every setting, those of the environment included.</param>
    public Secrets(IConfiguration configuration)
    {
        foreach (var (name, value) in configuration.AsEnumerable())
        {
            if (value is not { Length: >= FewestCharacters }) continue;
            if (Ends.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
                || name.StartsWith("LocalHost:Keys:", StringComparison.OrdinalIgnoreCase))
                values.Add(value);
            else if (PasswordOf(value) is { Length: >= FewestCharacters } password) values.Add(password);
        }
    }

    /// <summary>The text with every secret blotted out.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Hide(string? text) => text is null ? null
        : values.Aggregate(text, (shown, secret) => shown.Replace(secret, "***", StringComparison.Ordinal));

    private static string? PasswordOf(string value)
    {
        if (!value.Contains("Password=", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            return new NpgsqlConnectionStringBuilder(value).Password;
        }
        catch (ArgumentException)
        {
            return value[(value.IndexOf("Password=", StringComparison.OrdinalIgnoreCase) + 9)..].Split(';')[0];
        }
    }
}

using System.Globalization;

namespace Pipeline.Domain.Alerts;

/// <summary>Values as PostgreSQL reads them inside a statement that a person pastes; statements of the product have parameters.</summary>
public static class SqlLiteral
{
    /// <summary>Text, whatever is in it.</summary>
    public static string Of(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A day.</summary>
    public static string Of(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"date '{day:yyyy-MM-dd}'");

    /// <summary>An instant, to the minute.</summary>
    public static string Of(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"timestamptz '{at.UtcDateTime:yyyy-MM-dd HH:mm}+00'");
}

using System.Text;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Names in SQL: always quoted, so that case is kept and no name is code.</summary>
internal static class Identifiers
{
    /// <summary>The schema that holds every dataset's table.</summary>
    public const string Schema = "warehouse";

    /// <summary>A name as an SQL identifier.</summary>
    /// <exception cref="TerminalException">PostgreSQL would cut it off: more than 63 bytes.</exception>
    public static string Quote(string name) => Encoding.UTF8.GetByteCount(name) <= 63
        ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : throw new TerminalException($"'{name}' has more than the 63 bytes PostgreSQL keeps of a name. Give the column or table a shorter one in the contract.");

    /// <summary>A list of names as SQL identifiers.</summary>
    public static string Quote(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));
}

using System.Text.Json;
using Pipeline.Domain.Publications;

namespace Pipeline.Sinks.Warehouse;

/// <summary>A rejection's code as the ledger, quarantine and metrics spell it.</summary>
internal static class RejectionText
{
    /// <summary>Snake case of the code's name: <c>bad_utf8</c>.</summary>
    public static string Of(RejectionCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
}

using System.Text.Json;

namespace Pipeline.Domain.Publications;

/// <summary>The text form of rejection codes, as quarantine, ledger and metrics carry it.</summary>
public static class RejectionCodes
{
    private static readonly string[] Texts =
        [.. Enum.GetNames<RejectionCode>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Snake case of the code's name: <c>bad_utf8</c>.</summary>
    public static string Text(this RejectionCode code) => Texts[(int)code];
}

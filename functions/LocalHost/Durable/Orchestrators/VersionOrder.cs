namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>Orders versions: unversioned first, numbers by number (1.10 after 1.9), anything else as text ignoring case.</summary>
internal static class VersionOrder
{
    public static int Compare(string? left, string? right)
    {
        var (leftBlank, rightBlank) = (string.IsNullOrWhiteSpace(left), string.IsNullOrWhiteSpace(right));
        if (leftBlank || rightBlank) return rightBlank.CompareTo(leftBlank);
        return Version.TryParse(left, out var a) && Version.TryParse(right, out var b)
            ? a.CompareTo(b)
            : string.Compare(left, right, StringComparison.OrdinalIgnoreCase);
    }
}

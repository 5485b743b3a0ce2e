using System.CommandLine;

namespace Pipeline.App.Cli.Segments;

/// <summary><c>pipeline segment</c>: what was landed, as it was delivered.</summary>
internal static class SegmentVerb
{
    public static Command Create() =>
        new("segment", "Landed segments: list them, read one.") { SegmentListVerb.Create(), SegmentCatVerb.Create() };
}

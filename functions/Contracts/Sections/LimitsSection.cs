using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The contract's <c>limits</c>: <c>{ max_record_bytes: 1048576, max_depth: 64 }</c>.</summary>
internal static class LimitsSection
{
    /// <summary>The largest limit of a record, 64 MiB: a decoder holds one record in memory.</summary>
    public const int MaxRecordBytes = 64 * 1024 * 1024;

    private const int MinRecordBytes = 1024;
    private const int MaxDepth = 512;

    private static readonly Words Keys = new("key", "max_record_bytes", "max_depth");

    /// <summary>The limits; the defaults stand for what is absent.</summary>
    public static RecordLimits Read(YamlNode? node, FaultList faults)
    {
        var defaults = new RecordLimits();
        if (Section.Open(node, "limits", Keys, faults) is not { } section) return defaults;
        return new(
            section.Number("max_record_bytes", MinRecordBytes, MaxRecordBytes) ?? defaults.MaxRecordBytes,
            section.Number("max_depth", 1, MaxDepth) ?? defaults.MaxDepth);
    }
}

using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>A column's <c>mask</c> and <c>mask_domain</c>: <c>{ name: user_id, …, mask: hmac, mask_domain: user }</c>.</summary>
internal static class MaskRules
{
    private static readonly Words Kinds = new("mask", "hmac", "aes_siv", "truncate_ip", "drop");

    /// <summary>The mask; null when there is none or it is bad, which is reported.</summary>
    public static MaskSpec? Read(Section section, YamlText? name)
    {
        var faults = section.Faults;
        var kind = section.Word("mask", Kinds);
        var domain = section.Text("mask_domain");
        if (domain is not null && kind is not ("hmac" or "aes_siv"))
            faults.Add(domain, $"{section.Subject} has a mask_domain and no mask that has one",
                "write mask: hmac or mask: aes_siv, or remove it");
        if (domain is not null && Names.SnakeCase(domain, "a mask domain", faults) is null) return null;
        if (kind is not null && section.Has("derive"))
            faults.Add(section.At("mask"), $"{section.Subject} is derived and has a mask",
                "remove mask; what hides a value is a column with from: and a mask");
        if (kind is null || name is null) return null;
        return new(KindOf(kind), domain?.Value ?? name.Value);
    }

    /// <summary>Reports what the column's neighbours and sources do not allow.</summary>
    /// <param name="hasEventTime">The contract's first timestamp column is there and required.</param>
    public static void Check(ColumnDraft draft, bool hasEventTime, SourceList sources, FaultList faults)
    {
        if (draft.Mask is not { } mask) return;
        var (at, subject) = (draft.Section.At("mask"), draft.Section.Subject);
        if (mask.NeedsKey && !hasEventTime)
            faults.Add(at, $"{subject} is masked by a key, and no event time tells which version",
                "write required: true at the first timestamp column, or add such a column");
        if (mask.Kind == MaskKind.Drop && (draft.Required || draft.Defaults.Count > 0))
            faults.Add(at, $"{subject} is dropped, and {(draft.Required ? "required" : "has a default")}",
                "remove that, or take another mask");
        if (mask.Kind == MaskKind.TruncateIp && sources.ArePages)
            faults.Add(at, $"{subject} is masked as an address, and rows of pages are not refused for one",
                "write mask: hmac, aes_siv or drop");
    }

    /// <summary>Reports a masked column in a place whose values are seen or compared.</summary>
    /// <param name="place">What names it: <c>partition_by</c>.</param>
    public static void Refuse(YamlText at, ColumnDraft column, string place, FaultList faults)
    {
        if (column.Mask is not null)
            faults.Add(at, $"'{at.Value}' is masked and cannot be in {place}", $"take it out of {place}, or name a column without a mask");
    }

    private static MaskKind KindOf(string word) => word switch
    {
        "hmac" => MaskKind.Hmac,
        "aes_siv" => MaskKind.AesSiv,
        "truncate_ip" => MaskKind.TruncateIp,
        _ => MaskKind.Drop,
    };
}

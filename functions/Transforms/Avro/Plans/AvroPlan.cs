using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Reading;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>How records of one writer's schema are read.</summary>
/// <param name="Root">Reads one record.</param>
/// <param name="IsEmpty">Its records have no bytes.</param>
/// <param name="Unknown">Fields that neither a column nor the reader's schema names: the path they stand below, and their names.</param>
/// <param name="Refusal">Why every record of this schema is refused; null when none is for its schema.</param>
internal sealed record AvroPlan(
    AvroNode Root, bool IsEmpty, IReadOnlyList<(string Parent, byte[] Name)> Unknown,
    (RejectionCode Code, string Field, string Message)? Refusal)
{
    /// <summary>Records that were read and whose unknown fields are not counted yet.</summary>
    public long Uncounted { get; set; }

    /// <summary>Counts the unknown fields of the records that were read.</summary>
    public void CountUnknown(UnknownFieldCounter counter)
    {
        if (Uncounted != 0)
            foreach (var (parent, name) in Unknown) counter.Count(parent, name, Uncounted);
        Uncounted = 0;
    }
}

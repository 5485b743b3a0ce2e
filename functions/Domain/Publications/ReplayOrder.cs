namespace Pipeline.Domain.Publications;

/// <summary>What a publication publishes again.</summary>
/// <param name="Root">
/// The publication whose segments it reads. Where all of them are published again, it supersedes that one and all that were replayed from
/// its refusals.
/// </param>
/// <param name="RefusedOf">Only records that this publication refused are taken, and move out of it; null for a replay of all.</param>
/// <param name="Causes">Which of its refusals; empty for a replay of all.</param>
public sealed record ReplayOrder(long Root, long? RefusedOf, IReadOnlyList<RefusalCause> Causes)
{
    /// <summary>Records that are taken; they are counted in this publication and no longer in the one that refused them.</summary>
    public long Records => Causes.Sum(cause => cause.Records);
}

/// <summary>Refusals of one publication that have one cause.</summary>
/// <param name="Code">The text form of a <see cref="RejectionCode"/>.</param>
/// <param name="Field">The field at fault; empty for the record as a whole.</param>
/// <param name="Records">Records refused for it.</param>
public sealed record RefusalCause(string Code, string Field, long Records);

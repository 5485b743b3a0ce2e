using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Publishing;

/// <summary>Where a publication reads from and writes to.</summary>
/// <param name="Segments">Landed raw objects.</param>
/// <param name="Lake">Parquet objects.</param>
/// <param name="Quarantine">Refused records.</param>
public sealed record PublicationStores(IObjectStore Segments, IObjectStore Lake, IObjectStore Quarantine)
{
    /// <summary>The store that objects of a role are in.</summary>
    public IObjectStore Of(ObjectRole role) => role == ObjectRole.Data ? Lake : Quarantine;
}

/// <summary>How one run of a publication ended.</summary>
/// <param name="Counts">Where its rows went; all zero unless this run committed.</param>
/// <param name="Objects">Objects it made.</param>
/// <param name="Unfinished">Objects not visible yet, or uploads not aborted: the sweep's work.</param>
public sealed record PublicationSummary(long PublicationId, PublicationEnd End, PublicationCounts Counts, int Objects, int Unfinished);

/// <summary>How one run of a publication ended.</summary>
public enum PublicationEnd
{
    /// <summary>This run committed it.</summary>
    Committed,

    /// <summary>It was committed before this run.</summary>
    AlreadyCommitted,

    /// <summary>A later attempt began or committed; this one left nothing behind.</summary>
    Fenced,

    /// <summary>It could not be committed now, for something is away: it is planned still.</summary>
    Waiting,
}

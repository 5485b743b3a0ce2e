using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Ports;

/// <summary>Where a decoder hands the records it refuses.</summary>
public interface IRejectionSink
{
    /// <summary>Takes a refused record; its bytes are lent for the call only.</summary>
    void Refuse(in Rejection rejection);
}

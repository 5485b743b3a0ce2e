namespace Pipeline.Sandbox.Feeding;

/// <summary>Which topic-partition each record of a file goes to: round robin, in runs of neighbours.</summary>
/// <remarks>
/// It depends on the file alone. The same file fed again to an empty log gives every record the topic-partition and the offset it had
/// before, so a feed that was interrupted is repeated from its start and the ledger recognises what it landed already.
/// </remarks>
public sealed class RecordRoute(int topicPartitions)
{
    private const int RunRecords = 100;
    private const int RunBytes = 64 << 10;

    private int current;
    private int records;
    private long bytes;

    /// <summary>The topic-partition of the next record of the file.</summary>
    public int Next(int recordBytes)
    {
        if (records == RunRecords || bytes >= RunBytes)
        {
            current = (current + 1) % topicPartitions;
            (records, bytes) = (0, 0);
        }

        records++;
        bytes += recordBytes;
        return current;
    }
}

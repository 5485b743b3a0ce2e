namespace Pipeline.Domain.Publications;

/// <summary>By what a row is known to be a duplicate.</summary>
/// <param name="Hash">The first 128 bits of the SHA-256 of the values of its dedupe key.</param>
/// <param name="EventMicros">Its event time, microseconds since 1970-01-01T00:00:00Z.</param>
/// <param name="Owner">64 bits that tell its record, by shard and position, from others of the same key: a record is no duplicate of
/// itself, however often it is transformed.</param>
public readonly record struct RowKey(UInt128 Hash, long EventMicros, long Owner);

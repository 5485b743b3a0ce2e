namespace Pipeline.Domain.Attribution;

/// <summary>A UTC day of one bucket of users.</summary>
public readonly record struct BucketDay(int Bucket, DateOnly Day);

/// <summary>What changed in the lake since attribution last looked.</summary>
/// <param name="Publications">Those that became visible and are not marked as attributed.</param>
/// <param name="Conversions">Days of which conversions changed.</param>
/// <param name="Touches">Days of which views or clicks changed.</param>
public sealed record AttributionChanges(
    IReadOnlyList<long> Publications, IReadOnlyList<BucketDay> Conversions, IReadOnlyList<BucketDay> Touches);

/// <summary>What attribution last landed of a day.</summary>
/// <param name="Fingerprint">Tells one result from another, whatever the order of its rows; 32 hexadecimal digits.</param>
/// <param name="Revision">How often the result changed; the first is 1.</param>
/// <param name="ExtractionId">The extraction that brought it.</param>
public sealed record AttributionResult(BucketDay Day, string Fingerprint, int Revision, long ExtractionId);

/// <summary>An object that belongs to the rows of a day, as readers of the manifest see it.</summary>
public sealed record LakeObject(string Key, DateOnly Day, long Rows);

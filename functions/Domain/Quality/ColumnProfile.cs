namespace Pipeline.Domain.Quality;

/// <summary>What one publication's rows hold in one column; of extractions, those of one day.</summary>
/// <param name="ExtractionId">The extraction; null for records, which are counted together.</param>
/// <param name="Day">The extraction's day; null with <paramref name="ExtractionId"/>.</param>
/// <param name="Column">Its name.</param>
/// <param name="Rows">All rows.</param>
/// <param name="Nulls">Rows without a value.</param>
/// <param name="Outside">Values outside of the contract's bounds.</param>
/// <param name="Total">Sum of the values, as near as a double comes; zero for a column of which only nulls are counted.</param>
public sealed record ColumnProfile(long? ExtractionId, DateOnly? Day, string Column, long Rows, long Nulls, long Outside, double Total);

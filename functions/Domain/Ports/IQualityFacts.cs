using Pipeline.Domain.Datasets;
using Pipeline.Domain.Quality;

namespace Pipeline.Domain.Ports;

/// <summary>Reads what the rules of quality are judged by. Its cost does not grow with history.</summary>
public interface IQualityFacts
{
    /// <summary>All facts of a dataset.</summary>
    /// <param name="at">Facts of windows that end then.</param>
    Task<QualityFacts> ReadAsync(DatasetContract contract, DateTimeOffset at, CancellationToken stopping);
}

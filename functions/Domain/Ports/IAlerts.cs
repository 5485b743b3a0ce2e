namespace Pipeline.Domain.Ports;

/// <summary>Where findings a person should know of are recorded.</summary>
public interface IAlerts
{
    /// <summary>Records an alert; one with the same dataset, code and subject that is still open is counted, not repeated.</summary>
    Task RaiseAsync(Alert alert, CancellationToken stopping);

    /// <summary>Ends what is open of a dataset's code and subject; nothing happens when nothing is.</summary>
    Task ResolveAsync(string dataset, string code, string subject, CancellationToken stopping);
}

/// <summary>A finding a person should know of.</summary>
/// <param name="Severity">How soon.</param>
/// <param name="Dataset">The dataset concerned; empty for the installation as a whole.</param>
/// <param name="Code">Snake case, stable: what runbooks are filed under.</param>
/// <param name="Subject">What exactly: a shard, an object key, a publication.</param>
/// <param name="Text">Sentences: what was seen, what it means, what to do.</param>
public sealed record Alert(AlertSeverity Severity, string Dataset, string Code, string Subject, string Text)
{
    /// <summary>When what is wrong began, in the data's own time; null when that is when it was first seen.</summary>
    public required DateTimeOffset? Since { get; init; }

    /// <summary>What was expected, in words and figures.</summary>
    public required string Expected { get; init; }

    /// <summary>What was seen instead.</summary>
    public required string Seen { get; init; }

    /// <summary>A query or command that shows it, ready to be pasted.</summary>
    public required string Query { get; init; }
}

/// <summary>How soon a person should look.</summary>
public enum AlertSeverity
{
    /// <summary>When convenient.</summary>
    Warning,

    /// <summary>Now: data is stuck or lost.</summary>
    Critical,
}

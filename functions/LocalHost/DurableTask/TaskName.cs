namespace Microsoft.DurableTask;

/// <summary>The name of an orchestrator or activity. Compared ignoring case, ordinally.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.taskname</remarks>
public readonly struct TaskName : IEquatable<TaskName>
{
    private readonly string? name;

    /// <summary>A name; null and "" make the default value, whose name is "".</summary>
    public TaskName(string name) => this.name = string.IsNullOrEmpty(name) ? null : name;

    /// <summary>The name as it was given; never null.</summary>
    public string Name => name ?? "";

    /// <summary>Text to name.</summary>
    public static implicit operator TaskName(string value) => new(value);

    /// <summary>Name to text.</summary>
    public static implicit operator string(TaskName value) => value.Name;

    /// <summary>Equal when the names differ by case at most.</summary>
    public static bool operator ==(TaskName a, TaskName b) => a.Equals(b);

    /// <summary>The opposite of equal.</summary>
    public static bool operator !=(TaskName a, TaskName b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

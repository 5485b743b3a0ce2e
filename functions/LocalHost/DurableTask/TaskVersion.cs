namespace Microsoft.DurableTask;

/// <summary>The version of an orchestrator or activity; "" is unversioned. Compared ignoring case, ordinally.</summary>
/// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.taskversion</remarks>
public readonly struct TaskVersion : IEquatable<TaskVersion>
{
    /// <summary>No version.</summary>
    public static readonly TaskVersion Unversioned;

    private readonly string? version;

    /// <summary>A version; null and "" are unversioned.</summary>
    public TaskVersion(string? version) => this.version = version;

    /// <summary>The version's text; never null.</summary>
    public string Version => version ?? "";

    /// <summary>Text to version.</summary>
    public static implicit operator TaskVersion(string? value) => new(value);

    /// <summary>Version to text.</summary>
    public static implicit operator string(TaskVersion value) => value.Version;

    /// <summary>Equal when the versions differ by case at most.</summary>
    public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

    /// <summary>The opposite of equal.</summary>
    public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);

    /// <inheritdoc/>
    public override string ToString() => Version;
}

namespace Pipeline.Domain.Datasets;

/// <summary>When two rows are one: of rows with the same key, whose times lie within a window, the first that is published stays.</summary>
/// <param name="Key">The columns that identify a row. A null is a value like any other.</param>
/// <param name="Window">How far apart, at most, the times of two rows may lie that are one; both ends included.</param>
/// <param name="By">The required timestamp column by which the window is measured.</param>
/// <param name="Id">A column that identifies the row alone where it is not null; null for none.</param>
public sealed record DedupeSpec(IReadOnlyList<string> Key, TimeSpan Window, string By, string? Id = null);

/// <summary>Rows that are not wanted: they are counted as rejected under the rule's name, and nothing of them is kept.</summary>
/// <param name="Name">What the rule is called, lower-case snake case; unique in its dataset.</param>
/// <param name="Column">The column it looks at.</param>
/// <param name="Test">What makes a row unwanted. A null passes every test but <see cref="FilterTest.IsNull"/>.</param>
/// <param name="Values">What the column is compared with, as texts of its type; one for every test but <see cref="FilterTest.In"/> and
/// <see cref="FilterTest.NotIn"/>, none for <see cref="FilterTest.IsNull"/>.</param>
public sealed record FilterSpec(string Name, string Column, FilterTest Test, IReadOnlyList<string> Values);

/// <summary>What a filter asks of a value.</summary>
public enum FilterTest
{
    /// <summary>It is one of a list.</summary>
    In,

    /// <summary>It is none of a list.</summary>
    NotIn,

    /// <summary>The text begins so (ordinal).</summary>
    StartsWith,

    /// <summary>The text ends so (ordinal).</summary>
    EndsWith,

    /// <summary>There is none.</summary>
    IsNull,

    /// <summary>It is less.</summary>
    LessThan,

    /// <summary>It is greater.</summary>
    GreaterThan,
}

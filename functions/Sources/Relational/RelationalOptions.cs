using System.ComponentModel.DataAnnotations;

namespace Pipeline.Sources.Relational;

/// <summary>The PostgreSQL databases whose tables are read, such as those of RDS (section <c>Relational</c>).</summary>
public sealed record RelationalOptions
{
    /// <summary>Where the configuration holds it.</summary>
    public const string Section = "Relational";

    /// <summary>By the name that the ledger and the rows call them; empty when tables are not a source.</summary>
    public Dictionary<string, RelationalDatabase> Databases { get; init; } = [];

    /// <summary>Days behind the last complete one that a daily run reads again: rows of a day are changed for some days.</summary>
    [Range(0, 90)] public int LookbackDays { get; init; } = 7;

    /// <summary>Connections to one database at once.</summary>
    [Range(1, 100)] public int AtOnce { get; init; } = 2;

    /// <summary>Rows that are read by one statement.</summary>
    [Range(1, 50_000)] public int PageRows { get; init; } = 5000;

    /// <summary>Seconds that one statement may take.</summary>
    [Range(1, 3600)] public int StatementTimeoutSeconds { get; init; } = 300;
}

/// <summary>One database.</summary>
public sealed record RelationalDatabase
{
    /// <summary>Npgsql connection string, of a user who may only read; beyond loopback it must ask for TLS.</summary>
    [Required] public string ConnectionString { get; init; } = "";

    /// <summary>Its tables.</summary>
    public IReadOnlyList<RelationalTable> Tables { get; init; } = [];
}

/// <summary>One table.</summary>
public sealed record RelationalTable
{
    /// <summary><c>schema.table</c>, or <c>table</c> of the schema public; the name that contracts know it by.</summary>
    [Required] public string Name { get; init; } = "";

    /// <summary>The date or timestamp column that tells a row's day. It should have an index, and never change: a row that moves to another
    /// day is found in both until the day it left is read again.</summary>
    [Required] public string DayColumn { get; init; } = "";

    /// <summary>The columns of a unique index in whose order rows are read; empty for the primary key.</summary>
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>IANA zone of the days, and of timestamps that carry none.</summary>
    [Required] public string TimeZone { get; init; } = "";
}

using System.Text.Json;

namespace Pipeline.Transforms.Avro.Schemas;

/// <summary>The types a schema can name.</summary>
internal enum AvroKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Record,
    Enum,
    Array,
    Map,
    Fixed,
    Union,
}

/// <summary>What a value of a plain type stands for. One that does not fit its type is none, as the specification wants.</summary>
internal enum AvroLogical
{
    None,
    Decimal,
    Date,
    TimeMillis,
    TimeMicros,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    LocalTimestampMillis,
    LocalTimestampMicros,
    LocalTimestampNanos,
    Uuid,
    Duration,
}

/// <summary>A schema, or a part of one. Named types can hold themselves.</summary>
/// <param name="name">Full name of a named type; the kind's word for the others.</param>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#schema-declaration</remarks>
internal sealed class AvroType(AvroKind kind, string name)
{
    /// <summary>What it is.</summary>
    public AvroKind Kind => kind;

    /// <summary>Full name of a record, an enum or a fixed; the kind's word for the others.</summary>
    public string Name => name;

    /// <summary>The name behind the namespace.</summary>
    public string ShortName { get; } = name[(name.LastIndexOf('.') + 1)..];

    /// <summary>Full names it had before.</summary>
    public IReadOnlyList<string> Aliases { get; set; } = [];

    /// <summary>A record's fields in the order they are written.</summary>
    public IReadOnlyList<AvroField> Fields { get; set; } = [];

    /// <summary>An enum's symbols.</summary>
    public IReadOnlyList<string> Symbols { get; set; } = [];

    /// <summary>The symbol that stands for those a reader does not know; null without one.</summary>
    public string? DefaultSymbol { get; set; }

    /// <summary>Items of an array, values of a map.</summary>
    public AvroType? Items { get; set; }

    /// <summary>A union's types.</summary>
    public IReadOnlyList<AvroType> Branches { get; set; } = [];

    /// <summary>Bytes of a fixed.</summary>
    public int Size { get; set; }

    /// <summary>What its values stand for.</summary>
    public AvroLogical Logical { get; set; }

    /// <summary>Digits behind the point of a decimal.</summary>
    public int Scale { get; set; }

    /// <summary>Is called by its name after it was declared.</summary>
    public bool IsNamed => kind is AvroKind.Record or AvroKind.Enum or AvroKind.Fixed;

    /// <summary>Its values take no bytes, whatever they are: null, and what is made of nulls only. A record that holds itself without a
    /// union on the way has no values at all, and is not one of them.</summary>
    public bool IsEmpty { get; private set; } = kind == AvroKind.Null;

    /// <summary>Types in each other, references followed once.</summary>
    public int Depth { get; private set; } = 1;

    /// <summary>Says that all its parts are known.</summary>
    public AvroType Complete()
    {
        var parts = Fields.Select(field => field.Type).Concat(Branches);
        Depth = 1 + (Items is null ? parts : parts.Append(Items)).Select(part => part.Depth).DefaultIfEmpty(0).Max();
        IsEmpty = kind switch
        {
            AvroKind.Fixed => Size == 0,
            AvroKind.Record => Fields.All(field => field.Type.IsEmpty),
            _ => false,
        };
        return this;
    }
}

/// <summary>A field of a record.</summary>
/// <param name="Aliases">Names it had before.</param>
/// <param name="Default">JSON of the value where a writer has no such field; null without one.</param>
internal sealed record AvroField(string Name, IReadOnlyList<string> Aliases, AvroType Type, JsonElement? Default);

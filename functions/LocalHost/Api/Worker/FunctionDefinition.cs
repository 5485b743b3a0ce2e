using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a function declares.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The method's parameters, in order.</summary>
    public abstract ImmutableArray<FunctionParameter> Parameters { get; }

    /// <summary>File of the assembly the method is in.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>Namespace.Type.Method.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>Stable for one function of one build.</summary>
    public abstract string Id { get; }

    /// <summary>The name in its <see cref="FunctionAttribute"/>.</summary>
    public abstract string Name { get; }

    /// <summary>The trigger and the other inputs, by parameter name.</summary>
    public abstract IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    /// <summary>What the return value goes to, by name.</summary>
    public abstract IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }
}

/// <summary>One binding: <c>timerTrigger</c>, <c>kafkaTrigger</c>, <c>http</c>.</summary>
public abstract class BindingMetadata
{
    /// <summary>The parameter's name.</summary>
    public abstract string Name { get; }

    /// <summary>The kind, as function.json calls it.</summary>
    public abstract string Type { get; }

    /// <summary>In or out.</summary>
    public abstract BindingDirection Direction { get; }
}

/// <summary>Whether a binding gives or takes.</summary>
public enum BindingDirection
{
    /// <summary>Given to the function.</summary>
    In,

    /// <summary>Taken from it.</summary>
    Out,
}

/// <summary>One parameter of a function's method.</summary>
public class FunctionParameter
{
    /// <param name="name">Its name.</param>
    /// <param name="type">Its declared type.</param>
    public FunctionParameter(string name, Type type) : this(name, type, false, null) { }

    /// <param name="name">Its name.</param>
    /// <param name="type">Its declared type.</param>
    /// <param name="hasDefaultValue">Whether the declaration has a default.</param>
    /// <param name="defaultValue">That default.</param>
    public FunctionParameter(string name, Type type, bool hasDefaultValue, object? defaultValue) =>
        (Name, Type, HasDefaultValue, DefaultValue) = (name, type, hasDefaultValue, defaultValue);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its declared type.</summary>
    public Type Type { get; }

    /// <summary>Whether the declaration has a default.</summary>
    public bool HasDefaultValue { get; }

    /// <summary>That default, or null.</summary>
    public object? DefaultValue { get; }
}

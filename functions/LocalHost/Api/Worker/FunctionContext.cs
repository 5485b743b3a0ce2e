namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function: what it is, where its services come from, when it must stop.</summary>
/// <remarks>https://learn.microsoft.com/dotnet/api/microsoft.azure.functions.worker.functioncontext</remarks>
public abstract class FunctionContext
{
    /// <summary>Unique to this invocation; a retry is a new invocation.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Stable for one function of one build.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The caller's trace, W3C.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>Values that came with the trigger.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>The retry in progress; null when the function declares none.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The services of this invocation's scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>What the function declares.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>For middleware to leave values to each other and to the function.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Typed values of this invocation.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the host stops, the function timed out or its HTTP caller went away.</summary>
    public virtual CancellationToken CancellationToken { get; } = CancellationToken.None;
}

/// <summary>Values that came with the trigger: a Kafka batch's offsets, an HTTP request's route values.</summary>
public abstract class BindingContext
{
    /// <summary>By name, ignoring case; never null itself.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}

/// <summary>How often this invocation was tried.</summary>
public abstract class RetryContext
{
    /// <summary>0 in the first run.</summary>
    public abstract int RetryCount { get; }

    /// <summary>As the function declares it; -1 is without end.</summary>
    public abstract int MaxRetryCount { get; }
}

/// <summary>The trace an invocation belongs to, https://www.w3.org/TR/trace-context/.</summary>
public abstract class TraceContext
{
    /// <summary>version-traceid-spanid-flags, or empty.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The vendors' part, or empty.</summary>
    public abstract string TraceState { get; }

    /// <summary>Further attributes; empty in this host.</summary>
    public virtual IReadOnlyDictionary<string, string> Attributes { get; } = new Dictionary<string, string>();
}

/// <summary>Typed values of one invocation.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Keeps a value under its type; null removes it.</summary>
    void Set<T>(T? instance);

    /// <summary>The value kept under the type, or the type's default.</summary>
    T? Get<T>();
}

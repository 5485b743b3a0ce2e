using System.Collections;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.LocalHost.Invocation;

/// <summary>One invocation in this host.</summary>
internal sealed class LocalFunctionContext(
    FunctionDefinition definition, IServiceProvider services, object? trigger, BindingContext binding, RetryContext? retry,
        CancellationToken stopping)
    : FunctionContext
{
    /// <summary>Where the ASP.NET Core context is in <see cref="Items"/>, as ASP.NET Core integration names it.</summary>
    public const string HttpContextKey = "HttpRequestContext";

    /// <summary>What the trigger gives to its parameter; an orchestrator's is there when its code runs, not before.</summary>
    public object? Trigger { get; set; } = trigger;

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext { get; } = new LocalTraceContext(Activity.Current);

    public override BindingContext BindingContext { get; } = binding;

    // Null without a retry declaration, as the worker's is.
    public override RetryContext RetryContext { get; } = retry!;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition { get; } = definition;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new LocalInvocationFeatures();

    public override CancellationToken CancellationToken { get; } = stopping;
}

internal sealed class LocalBindingContext(IReadOnlyDictionary<string, object?> data) : BindingContext
{
    public static readonly LocalBindingContext Empty = new(new Dictionary<string, object?>());

    public override IReadOnlyDictionary<string, object?> BindingData { get; } = data;
}

internal sealed class LocalRetryContext(int retryCount, int maxRetryCount) : RetryContext
{
    public override int RetryCount { get; } = retryCount;

    public override int MaxRetryCount { get; } = maxRetryCount;
}

internal sealed class LocalTraceContext(Activity? activity) : TraceContext
{
    public override string TraceParent { get; } = activity?.Id ?? "";

    public override string TraceState { get; } = activity?.TraceStateString ?? "";
}

internal sealed class LocalInvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> features = [];

    public T? Get<T>() => features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

    public void Set<T>(T? instance)
    {
        if (instance is null) features.Remove(typeof(T));
        else features[typeof(T)] = instance;
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

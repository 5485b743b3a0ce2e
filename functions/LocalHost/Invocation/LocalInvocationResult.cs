using Microsoft.Azure.Functions.Worker;

namespace Pipeline.LocalHost.Invocation;

/// <summary>The one place an invocation's result is kept.</summary>
internal sealed class LocalInvocationResult : InvocationResult
{
    public override object? Value { get; set; }

    /// <summary>The invocation's; made on first use.</summary>
    public static LocalInvocationResult Of(FunctionContext context)
    {
        if (context.Features.Get<LocalInvocationResult>() is { } known) return known;
        var result = new LocalInvocationResult();
        context.Features.Set(result);
        return result;
    }

    /// <summary>The same result seen as a type.</summary>
    /// <exception cref="InvalidOperationException">The value is of another type.</exception>
    public InvocationResult<T> As<T>() => Value is null or T
        ? new Typed<T>(this)
        : throw new InvalidOperationException($"The function returned {Value.GetType()}, not {typeof(T)}.");

    private sealed class Typed<T>(LocalInvocationResult result) : InvocationResult<T>
    {
        public override T? Value
        {
            get => (T?)result.Value;
            set => result.Value = value;
        }
    }
}

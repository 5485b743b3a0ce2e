using System.Reflection;

namespace Pipeline.LocalHost.Invocation;

/// <summary>Calls a function's method and awaits what it returns.</summary>
internal static class MethodCall
{
    private static readonly MethodInfo AwaitTask = Generic(nameof(OfTask));
    private static readonly MethodInfo AwaitValueTask = Generic(nameof(OfValueTask));

    /// <summary>What the method returns in the end: null for void, Task and ValueTask.</summary>
    public static Type ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask)) return typeof(void);
        if (type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            return type.GetGenericArguments()[0];
        return type;
    }

    /// <summary>A call by instance (null for static) and arguments; the method's exceptions come unwrapped.</summary>
    public static Func<object?, object?[], Task<object?>> Create(MethodInfo method)
    {
        var awaiter = Awaiter(method.ReturnType);
        return async (instance, arguments) =>
            await awaiter(method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null));
    }

    private static Func<object?, Task<object?>> Awaiter(Type type)
    {
        if (type == typeof(void)) return _ => Task.FromResult<object?>(null);
        if (type == typeof(Task)) return async returned => { await (Task)returned!; return null; };
        if (type == typeof(ValueTask)) return async returned => { await (ValueTask)returned!; return null; };
        if (!type.IsGenericType) return Task.FromResult;
        var definition = type.GetGenericTypeDefinition();
        var generic = definition == typeof(Task<>) ? AwaitTask : definition == typeof(ValueTask<>) ? AwaitValueTask : null;
        return generic is null
            ? Task.FromResult
            : generic.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object?, Task<object?>>>();
    }

    private static async Task<object?> OfTask<T>(object? task) => await (Task<T>)task!;

    private static async Task<object?> OfValueTask<T>(object? task) => await (ValueTask<T>)task!;

    private static MethodInfo Generic(string name) => typeof(MethodCall).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
}

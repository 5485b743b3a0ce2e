using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.LocalHost.Invocation;

/// <summary>The app's middleware; the first added is the outermost.</summary>
internal sealed class MiddlewareChain
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middlewares = [];

    public bool IsEmpty => middlewares.Count == 0;

    public void Add(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) => middlewares.Add(middleware);

    /// <summary>The whole chain around the function itself.</summary>
    public FunctionExecutionDelegate Around(FunctionExecutionDelegate function)
    {
        for (var index = middlewares.Count - 1; index >= 0; index--) function = middlewares[index](function);
        return function;
    }
}

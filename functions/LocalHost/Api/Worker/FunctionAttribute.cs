namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a method as a function and names it; names are unique in an app, ignoring case.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/dotnet-isolated-process-guide#methods-recognized-as-functions</remarks>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name.</summary>
    public string Name { get; } = name;
}

namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Connects a parameter, a method or a property with something outside the function.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class BindingAttribute : Attribute
{
    /// <summary>For the attributes of an extension.</summary>
    public BindingAttribute() { }
}

/// <summary>The one parameter that starts the function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute
{
    /// <summary>For the attributes of an extension.</summary>
    public TriggerBindingAttribute() { }
}

/// <summary>A parameter that is given to the function besides its trigger.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class InputBindingAttribute : BindingAttribute
{
    /// <summary>For the attributes of an extension.</summary>
    public InputBindingAttribute() { }
}

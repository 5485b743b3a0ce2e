using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Runs the function for HTTP requests.</summary>
    /// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger</remarks>
    public sealed class HttpTriggerAttribute : TriggerBindingAttribute
    {
        /// <summary>Any method, with a function key.</summary>
        public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

        /// <summary>These methods. The level reads Anonymous here, but as none is stated the host asks for a function key.</summary>
        public HttpTriggerAttribute(params string[] methods) => Methods = methods;

        /// <summary>Any method, with this level of key.</summary>
        public HttpTriggerAttribute(AuthorizationLevel authLevel) => (AuthLevel, IsLevelStated) = (authLevel, true);

        /// <summary>These methods, with this level of key.</summary>
        public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) =>
            (AuthLevel, Methods, IsLevelStated) = (authLevel, methods, true);

        /// <summary>Route template; the function's name when null.</summary>
        public string? Route { get; set; }

        /// <summary>Methods; null is any.</summary>
        public string[]? Methods { get; }

        /// <summary>The key a caller must show.</summary>
        public AuthorizationLevel AuthLevel { get; }

        internal bool IsLevelStated { get; }
    }

    /// <summary>The key a caller must show.</summary>
    public enum AuthorizationLevel
    {
        /// <summary>None.</summary>
        Anonymous,

        /// <summary>A user's token; this host refuses it at start.</summary>
        User,

        /// <summary>The function's key or the host's.</summary>
        Function,

        /// <summary>The host's system key.</summary>
        System,

        /// <summary>The host's master key.</summary>
        Admin,
    }
}

namespace Microsoft.Azure.Functions.Worker.Converters
{
    /// <summary>How a parameter gets its value; this host knows the built-in ones only.</summary>
    [AttributeUsage(
        AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Parameter,
        AllowMultiple = true)]
    public class InputConverterAttribute : Attribute
    {
        internal InputConverterAttribute() { }
    }
}

namespace Microsoft.Azure.Functions.Worker.Http
{
    /// <summary>A parameter read from the request's body.</summary>
    public class FromBodyAttribute : InputConverterAttribute
    {
        /// <summary>JSON for objects, the text for string.</summary>
        public FromBodyAttribute() { }
    }
}

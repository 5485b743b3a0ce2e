using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Pipeline.LocalHost.Discovery;

/// <summary>A function's declaration, as the app may read it.</summary>
internal sealed class LocalFunctionDefinition(string name, MethodInfo method, ParameterInfo trigger) : FunctionDefinition
{
    public override ImmutableArray<FunctionParameter> Parameters { get; } =
        [.. method.GetParameters()
            .Select(p => new FunctionParameter(p.Name!, p.ParameterType, p.HasDefaultValue, p.HasDefaultValue ? p.DefaultValue : null))];

    public override string PathToAssembly { get; } = method.DeclaringType!.Assembly.Location;

    public override string EntryPoint { get; } = $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string Id { get; } = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{method.DeclaringType!.FullName}.{method.Name}|{name}")).AsSpan(0, 8));

    public override string Name { get; } = name;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } = method.GetParameters()
        .Select(p => (Parameter: p, Attribute: p.GetCustomAttribute<BindingAttribute>()))
        .Where(p => p.Attribute is not null)
        .ToImmutableDictionary(p => p.Parameter.Name!, p =>
            (BindingMetadata)new Binding(p.Parameter.Name!, Kind(p.Attribute!), BindingDirection.In));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } =
        trigger.IsDefined(typeof(HttpTriggerAttribute))
            ? ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new Binding("$return", "http", BindingDirection.Out))
            : ImmutableDictionary<string, BindingMetadata>.Empty;

    // TimerTriggerAttribute is timerTrigger in function.json's words.
    private static string Kind(Attribute attribute)
    {
        var type = attribute.GetType().Name;
        return $"{char.ToLowerInvariant(type[0])}{type[1..^"Attribute".Length]}";
    }

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type { get; } = type;

        public override BindingDirection Direction { get; } = direction;
    }
}

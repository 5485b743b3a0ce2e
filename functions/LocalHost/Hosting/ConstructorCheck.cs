using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Looks for services that function classes ask for and nobody registered, before the first invocation finds out.</summary>
internal static class ConstructorCheck
{
    /// <summary>Each missing service is a fault. Constructors are not called.</summary>
    public static void Read(FunctionCatalog catalog, IServiceProvider services, StartFaults faults)
    {
        var known = services.GetRequiredService<IServiceProviderIsService>();
        foreach (var type in catalog.All.Where(function => !function.Method.IsStatic).Select(function => function.Method.DeclaringType!)
            .Distinct())
        {
            var constructors = type.GetConstructors();
            if (constructors.Length == 0) faults.Add($"{type.Name} has functions and no public constructor; give it one.");
            if (constructors.Length != 1) continue;
            foreach (var parameter in constructors[0].GetParameters())
                if (!parameter.HasDefaultValue && !parameter.IsDefined(typeof(FromKeyedServicesAttribute))
                    && !known.IsService(parameter.ParameterType))
                    faults.Add($"{type.Name} asks for {Name(parameter)}, which is not registered; add it to builder.Services.");
        }
    }

    private static string Name(ParameterInfo parameter) => $"the service {parameter.ParameterType.Name} ('{parameter.Name}')";
}

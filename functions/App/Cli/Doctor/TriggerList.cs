using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The app's functions that something outside starts, as their attributes say it.</summary>
internal static class TriggerList
{
    /// <summary>Every function whose parameters have a trigger of a kind, and the trigger.</summary>
    public static IEnumerable<(string Function, T Trigger)> Of<T>() where T : Attribute =>
        from type in typeof(TriggerList).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from trigger in method.GetParameters().Select(parameter => parameter.GetCustomAttribute<T>()).OfType<T>()
        orderby function.Name
        select (function.Name, trigger);

    /// <summary>Whether a setting turns the function off in this role.</summary>
    public static bool IsOff(this IConfiguration configuration, string function) =>
        ((string[])[$"AzureWebJobs_{function}_Disabled", $"AzureWebJobs.{function}.Disabled", $"AzureWebJobs:{function}:Disabled"])
        .Any(name => string.Equals(configuration[name], "true", StringComparison.OrdinalIgnoreCase) || configuration[name] == "1");

    /// <summary>The setting that a text between percent signs names; null for a text of its own.</summary>
    public static string? SettingOf(string text) => text is ['%', .. var name, '%'] ? name : null;
}

using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Kafka;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost.Discovery;

/// <summary>Finds the functions among types and checks what they declare; every fault is collected, none stops the search.</summary>
internal sealed class FunctionScan(
    IConfiguration configuration, HostSettings host, LocalHostSettings local, bool isWebApplication, TimeProvider time, StartFaults faults)
{
    private const BindingFlags Methods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly AppSettings settings = new(configuration, faults);
    private readonly List<FunctionDescriptor> all = [];
    private readonly List<FunctionDescriptor> disabled = [];
    private readonly List<TimerFunction> timers = [];
    private readonly List<KafkaFunction> kafka = [];
    private readonly List<HttpFunction> http = [];
    private readonly Dictionary<string, FunctionDescriptor> orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, FunctionDescriptor> activities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The catalog of these types' functions, in the order of their names.</summary>
    public FunctionCatalog Read(IEnumerable<Type> types)
    {
        var zone = ScheduleZone.Read(configuration, faults);
        var methods = types.SelectMany(type => type.GetMethods(Methods))
            .Select(method => (Method: method, Attribute: method.GetCustomAttribute<FunctionAttribute>(inherit: false)))
            .Where(found => found.Attribute is not null)
            .OrderBy(found => found.Attribute!.Name, StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var same in methods.GroupBy(found => found.Attribute!.Name, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Count() > 1))
        {
            var places = string.Join(", ", same.Select(found => Place(found.Method)));
            faults.Add($"Function '{same.Key}' is declared {same.Count()} times ({places}); rename all but one.");
        }

        foreach (var (method, attribute) in methods) Add(method, attribute!.Name, zone);
        AllOrNone<OrchestrationTriggerAttribute>("orchestrators");
        AllOrNone<ActivityTriggerAttribute>("activities");
        return new FunctionCatalog
        {
            All = all, Disabled = disabled, Timers = timers, Kafka = kafka, Http = http, Orchestrators = orchestrators, Activities = activities,
        };
    }

    private void Add(MethodInfo method, string name, TimeZoneInfo zone)
    {
        if (Trigger(method, name) is not { } trigger) return;
        var isHttp = trigger.IsDefined(typeof(HttpTriggerAttribute));
        var route = isHttp ? HttpFunction.ParseRoute(trigger, name, host.RoutePrefix, faults) : null;
        var arguments = new ArgumentSources(method, name, trigger, route, faults).Read();
        var function = new FunctionDescriptor(name, method, trigger, arguments, RetryPlan.Read(method, name, faults));
        all.Add(function);
        if (settings.IsDisabled(name))
        {
            disabled.Add(function);
            return;
        }

        switch (trigger.GetCustomAttribute<TriggerBindingAttribute>())
        {
            case TimerTriggerAttribute:
                var hasDatabase = local.Postgres is not null;
                if (TimerFunction.Read(function, settings, zone, time.GetUtcNow(), hasDatabase, faults) is { } timer) timers.Add(timer);
                break;
            case KafkaTriggerAttribute:
                if (KafkaFunction.Read(function, settings, host.Kafka, faults) is { } consumer) kafka.Add(consumer);
                break;
            case HttpTriggerAttribute:
                if (HttpFunction.Read(function, route, isWebApplication, faults) is { } endpoint) http.Add(endpoint);
                break;
            case OrchestrationTriggerAttribute orchestrator:
                AddDurable(orchestrators, orchestrator.Orchestration, function);
                break;
            case ActivityTriggerAttribute activity:
                AddDurable(activities, activity.Activity, function);
                break;
        }
    }

    // A host that runs durable work takes any of its hub: of a disabled function it would fail what another host could do.
    private void AllOrNone<T>(string kind) where T : TriggerBindingAttribute
    {
        var (off, on) = (Names(all.Intersect(disabled)), Names(all.Except(disabled)));
        if (off.Length > 0 && on.Length > 0) faults.Add($"Of the {kind}, {off} is disabled and {on} is not; disable all of them or none.");

        string Names(IEnumerable<FunctionDescriptor> functions) =>
            string.Join(", ", functions.Where(function => function.Trigger.IsDefined(typeof(T))).Select(function => function.Name));
    }

    private void AddDurable(Dictionary<string, FunctionDescriptor> durable, string? declared, FunctionDescriptor function)
    {
        if (local.Postgres is null)
            faults.Add($"Function '{function.Name}' is durable and needs a database for its history: set LocalHost:Postgres.");
        if (!durable.TryAdd(declared ?? function.Name, function) && declared is not null)
            faults.Add($"Function '{function.Name}' answers to '{declared}', which another function has already; choose another name.");
    }

    private ParameterInfo? Trigger(MethodInfo method, string name)
    {
        var triggers = method.GetParameters().Where(parameter => parameter.IsDefined(typeof(TriggerBindingAttribute), true)).ToList();
        if (triggers.Count == 1 && CanBeCalled(method)) return triggers[0];
        faults.Add(triggers.Count switch
        {
            0 => $"Function '{name}' ({Place(method)}) has no trigger; give one parameter a trigger attribute.",
            1 => $"Function '{name}' ({Place(method)}) is generic or in an abstract class; declare it in a class that can be made.",
            _ => $"Function '{name}' ({Place(method)}) has {triggers.Count} triggers "
                + $"({string.Join(", ", triggers.Select(trigger => trigger.Name))}); keep one.",
        });
        return null;
    }

    private static bool CanBeCalled(MethodInfo method) =>
        !method.ContainsGenericParameters && (method.IsStatic || !method.DeclaringType!.IsAbstract);

    private static string Place(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}

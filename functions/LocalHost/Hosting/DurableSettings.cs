using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Reads host.json's extensions.durableTask.</summary>
internal static class DurableSettings
{
    /// <summary>The section; every wrong value is a fault.</summary>
    public static DurableOptions Read(IConfigurationSection section, IConfiguration configuration, StartFaults faults)
    {
        var defaults = new DurableOptions();
        if ("true".Equals(section["throwStatusExceptionsOnRaiseEvent"], StringComparison.OrdinalIgnoreCase))
            faults.Add("host.json: extensions.durableTask.throwStatusExceptionsOnRaiseEvent is not offered by this host; leave it out.");
        return defaults with
        {
            HubName = new AppSettings(configuration, faults)
                .Resolve(section["hubName"], "host.json: extensions.durableTask.hubName") ?? defaults.HubName,
            MaxConcurrentActivityFunctions = Number("maxConcurrentActivityFunctions", defaults.MaxConcurrentActivityFunctions),
            MaxConcurrentOrchestratorFunctions = Number("maxConcurrentOrchestratorFunctions", defaults.MaxConcurrentOrchestratorFunctions),
            MaxOrchestrationActions = Number("maxOrchestrationActions", defaults.MaxOrchestrationActions),
            OverridableExistingInstanceStates = States(),
            DefaultVersion = section["defaultVersion"],
        };

        int Number(string option, int fallback)
        {
            if (section[option] is not { } text) return fallback;
            if (int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0) return number;
            faults.Add($"host.json: extensions.durableTask.{option} is '{text}'; write a whole number above 0.");
            return fallback;
        }

        OverridableStates States()
        {
            if (section["overridableExistingInstanceStates"] is not { } text) return defaults.OverridableExistingInstanceStates;
            if (Enum.TryParse<OverridableStates>(text, ignoreCase: true, out var states)) return states;
            faults.Add($"host.json: extensions.durableTask.overridableExistingInstanceStates is '{text}'; "
                + "write NonRunningStates or AnyState.");
            return defaults.OverridableExistingInstanceStates;
        }
    }
}

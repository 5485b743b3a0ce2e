using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.App;
using Pipeline.App.Settings;
using Pipeline.App.Telemetry;
using Pipeline.Contracts;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Rates;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>docs/settings.md lists what the app and its host read, and nothing else.</summary>
public sealed partial class SettingsPageTests
{
    /// <summary>One of everything that there can be several of: without, nobody asks for its members.</summary>
    private static readonly string[] OneOfEach =
    [
        "Facebook:Accounts:0", "GoogleAds:Accounts:0", "CleverTap:Projects:0:AccountId", "CleverTap:Projects:0:Events:0",
        "Sqs:Queues:NAME:Url", "Masking:Keys:1:Key", "LocalHost:Keys:functions:NAME", "BigQuery:Streams:0:Columns:0",
        "Relational:Databases:NAME:Tables:0:Key:0", "Alerts:Channels:NAME:Kind", "Alerts:Routes:0:Channels",
    ];

    /// <summary>Read by the Functions host, ours or the real one, and in a build for it; there is no configuration to watch.</summary>
    private static readonly string[] OfTheHost =
    [
        "AzureWebJobs_NAME_Disabled", "AzureWebJobsDisableHomepage", "WEBSITE_TIME_ZONE", "ASPNETCORE_URLS",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
    ];

    /// <summary>Members that are computed of others; the binder asks for them all the same.</summary>
    private static readonly string[] Computed = ["Credential", "IsDaily"];

    [Fact]
    public void Every_setting_that_is_read_is_listed_and_no_other()
    {
        var read = Read().Concat(OfTheHost).Select(Pattern).ToHashSet(StringComparer.Ordinal);
        var listed = Listed().Select(Pattern).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], read.Except(listed).Order(StringComparer.Ordinal));
        Assert.Equal([], listed.Except(read).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_sample_setting_is_listed()
    {
        var sample = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("local.settings.sample.json"))).RootElement.GetProperty("Values")
            .EnumerateObject().Select(value => Pattern(value.Name.Replace("__", ":", StringComparison.Ordinal)));
        Assert.Equal(["FUNCTIONS_WORKER_RUNTIME"], sample.Except(Listed().Select(Pattern)));
    }

    private static IEnumerable<string> Read()
    {
        // A section is read when it has a member, whatever that is.
        var sections = Listed().Where(name => name.Contains(':', StringComparison.Ordinal)).Select(name => $"{name.Split(':')[0]}:Any");
        var keys = new AskedKeys(OneOfEach.Concat(sections).Distinct().Select(name => KeyValuePair.Create(name, (string?)"1")));
        new ConfigurationBuilder().AddSecretFiles(keys.Configuration);
        var services = new ServiceCollection().AddLogging().AddPipeline(keys.Configuration);
        using var provider = services.BuildServiceProvider();
        var bind = typeof(SettingsPageTests).GetMethod(nameof(Bind), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (var options in services.Select(service => service.ServiceType).Where(IsOurOptions).Distinct())
            bind.MakeGenericMethod(options.GetGenericArguments()).Invoke(null, [provider]);
        foreach (var direct in (Type[])[typeof(ContractSet), typeof(IRates), typeof(Campaigns)]) provider.GetRequiredService(direct);
        ReadHostSettings(keys.Configuration);
        ReadTelemetrySettings(keys);
        return keys.Settings.Where(name => !Computed.Contains(name.Split(':')[^1])).Concat(OfTriggers());
    }

    private static bool IsOurOptions(Type service) =>
        service.IsGenericType && service.GetGenericTypeDefinition() == typeof(IConfigureOptions<>)
        && service.GetGenericArguments()[0].FullName!.StartsWith("Pipeline.", StringComparison.Ordinal);

    // Bound and not checked: the values are of no use.
    private static void Bind<T>(IServiceProvider provider) where T : class, new()
    {
        foreach (var configure in provider.GetServices<IConfigureOptions<T>>()) configure.Configure(new T());
    }

    private static void ReadHostSettings(IConfiguration configuration)
    {
        var faults = Activator.CreateInstance(OfHost("StartFaults"), nonPublic: true);
        OfHost("LocalHostSettings").GetMethod("Read")!.Invoke(null, [configuration, faults]);
    }

    private static void ReadTelemetrySettings(AskedKeys keys)
    {
        var program = Host.CreateEmptyApplicationBuilder(null);
        program.Configuration.Sources.Add(keys);
        program.AddTelemetry();
    }

    private static Type OfHost(string name) =>
        typeof(FunctionsApplication).Assembly.GetType($"Pipeline.LocalHost.Settings.{name}", throwOnError: true)!;

    // What triggers name between percent signs: [TimerTrigger("%PublishSchedule%")].
    private static IEnumerable<string> OfTriggers() =>
        from type in typeof(StartUp).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        from parameter in method.GetParameters()
        from attribute in parameter.GetCustomAttributesData()
        from argument in attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(named => named.TypedValue))
        where argument.Value is string
        let text = (string)argument.Value!
        from Match name in BetweenPercents().Matches(text)
        select name.Groups[1].Value;

    /// <summary>The names in the first cells of the tables; <c>:Region</c> stands for the name before it with another last part.</summary>
    private static IEnumerable<string> Listed()
    {
        foreach (Match row in Row().Matches(File.ReadAllText(Repository.PathOf("docs", "settings.md"))))
        {
            var before = "";
            foreach (Match name in Name().Matches(row.Groups[1].Value))
            {
                var text = name.Groups[1].Value;
                yield return before = text[0] == ':' ? before[..before.LastIndexOf(':')] + text : text;
            }
        }
    }

    // Numbers and NAMEs are one's own.
    private static string Pattern(string name) => OnesOwn().Replace(name, "*");

    [GeneratedRegex(@"^\| (`.*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex("%(\\w+)%")]
    private static partial Regex BetweenPercents();

    [GeneratedRegex(@"(?<=[:_])(\d+|NAME)(?=[:_]|$)")]
    private static partial Regex OnesOwn();
}

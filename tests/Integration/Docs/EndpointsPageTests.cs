using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Pipeline.App;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>docs/endpoints.md lists the HTTP functions, each with its key, and nothing else.</summary>
public sealed partial class EndpointsPageTests
{
    [Fact]
    public void Every_request_is_listed_with_the_key_it_asks_for_and_no_other()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "endpoints.md"));
        var listed = Row().Matches(page).SelectMany(row => Request().Matches(row.Groups[1].Value)
            .Select(request => Line(request.Groups[1].Value, request.Groups[2].Value, row.Groups[2].Value)));
        Assert.Equal(
            Functions().Order(StringComparer.Ordinal),
            listed.Where(line => !line.Contains(" /admin/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Functions() =>
        from type in typeof(StartUp).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        from verb in trigger.Methods ?? []
        let key = trigger.AuthLevel == AuthorizationLevel.Anonymous ? "" : trigger.AuthLevel.ToString().ToLowerInvariant()
        select Line(verb.ToUpperInvariant(), Constraint().Replace(trigger.Route ?? "", "}").TrimStart('/'), key);

    private static string Line(string verb, string route, string key) => $"{verb} /{route}, key: {(key.Length == 0 ? "none" : key)}";

    // {id:long} is {id} to a caller.
    [GeneratedRegex(@":\w+\}")]
    private static partial Regex Constraint();

    // Request, key, what it does.
    [GeneratedRegex(@"^\| (`[^|]*) \| ?(\w*) ?\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(GET|HEAD|POST|PUT|DELETE) /([^`? ]*)")]
    private static partial Regex Request();
}

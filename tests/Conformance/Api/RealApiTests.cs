using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Tests.Conformance.Api;

/// <summary>
/// The host's public API is a part of the real packages', with the same shapes: what compiles here compiles there and means the same.
/// real-api.txt is what the packages export.
/// </summary>
public sealed partial class RealApiTests
{
    private static readonly Assembly Host = typeof(FunctionAttribute).Assembly;

    // The list leaves out DurableTask.Core, whose exceptions the client throws.
    private static readonly Type[] Exported = [.. Host.GetExportedTypes().Where(type => type.Namespace != "DurableTask.Core.Exceptions")];

    private static readonly string[] Real = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Api", "real-api.txt"));

    [Fact]
    public void Every_public_type_exists_in_the_real_packages()
    {
        var real = Real.Select(line => TypeLine().Match(line)).Where(match => match.Success).Select(match => match.Groups["name"].Value)
            .ToHashSet();
        Assert.Equal([], Exported.Select(ApiText.Full).Except(real));
    }

    [Fact]
    public void Every_public_member_has_the_real_shape()
    {
        var real = Real.Select(line => line.Trim()).ToHashSet();
        var text = new ApiText();
        Assert.Equal([], Exported.SelectMany(text.Members).Except(real));
    }

    [Fact]
    public void Attributes_go_where_the_real_ones_go()
    {
        foreach (var line in Real)
            if (TypeLine().Match(line) is { Success: true } match && UsageMark().Match(line) is { Success: true } usage
                && Host.GetType(match.Groups["name"].Value) is { } type)
                Assert.Equal(
                    (type.Name, int.Parse(usage.Groups["targets"].Value)),
                    (type.Name, (int)type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false)!.ValidOn));
    }

    // Every attribute of the host, and of it every property that is not null, false or 0 when nobody sets it.
    [Fact]
    public void Attribute_defaults_are_the_real_ones()
    {
        var defaults = Exported.Where(type => type.IsSubclassOf(typeof(Attribute)) && !type.IsAbstract && type.GetConstructors().Length > 0)
            .SelectMany(Defaults);
        Assert.Equal(
            [
                "HttpTriggerAttribute.AuthLevel = Function", "KafkaTriggerAttribute.AuthenticationMode = NotSet",
                "KafkaTriggerAttribute.LagThreshold = 1000", "KafkaTriggerAttribute.Protocol = NotSet", "TimerTriggerAttribute.UseMonitor = True",
            ],
            defaults.Order(StringComparer.Ordinal));
        Assert.Equal(AuthorizationLevel.Anonymous, new HttpTriggerAttribute("get").AuthLevel);
    }

    private static IEnumerable<string> Defaults(Type type)
    {
        var constructor = type.GetConstructors().MinBy(one => one.GetParameters().Length)!;
        var arguments = constructor.GetParameters().Select(parameter => parameter.ParameterType == typeof(int) ? (object)0 : null).ToArray();
        var attribute = constructor.Invoke(arguments);
        return type.GetProperties().Where(property => property.DeclaringType != typeof(Attribute))
            .Select(property => (property.Name, Value: property.GetValue(attribute)))
            .Where(property => property.Value is not (null or false or 0L or 0) && !IsZero(property.Value))
            .Select(property => $"{type.Name}.{property.Name} = {property.Value}");
    }

    private static bool IsZero(object value) => value is Enum && Convert.ToInt64(value, CultureInfo.InvariantCulture) == 0;

    [GeneratedRegex(@"^(\[[^\]]*\] )*(abstract |sealed |static |readonly )*(class|interface|struct|record|enum|delegate \S+) (?<name>[\w.]+(<[\w,]+>)?)")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"\[Usage\((?<targets>\d+)")]
    private static partial Regex UsageMark();
}

using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.LocalHost.Invocation;

/// <summary>The worker's serializer: System.Text.Json, as <c>services.Configure&lt;JsonSerializerOptions&gt;</c> sets it.</summary>
internal static class WorkerJson
{
    /// <summary>The options an invocation's JSON is read and written by.</summary>
    public static JsonSerializerOptions Options(FunctionContext context) => Options(context.InstanceServices);

    /// <summary>The app's options.</summary>
    public static JsonSerializerOptions Options(IServiceProvider services) =>
        services.GetRequiredService<IOptions<JsonSerializerOptions>>().Value;
}

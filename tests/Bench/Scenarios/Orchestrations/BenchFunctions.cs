using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Pipeline.LocalHost.Durable;

namespace Pipeline.Tests.Bench.Scenarios.Orchestrations;

/// <summary>Orchestrations of one cheap activity, so that what is measured is the engine.</summary>
internal sealed class BenchFunctions : IDurableFunctions
{
    /// <summary>Activities of <see cref="Chain"/> and of <see cref="FanOut"/>.</summary>
    public const int Activities = 10;

    public const string Chain = "chain", FanOut = "fan-out", Long = "long", Go = "go";
    private const string Square = "square";

    /// <summary>Told of each input before its square is made.</summary>
    public Action<int> OnSquare { get; init; } = _ => { };

    public IReadOnlyCollection<string> Orchestrators { get; } = [Chain, FanOut, Long];

    IReadOnlyCollection<string> IDurableFunctions.Activities { get; } = [Square];

    /// <summary>What <see cref="Chain"/> and <see cref="FanOut"/> come to.</summary>
    public static long Expected(int input) => Sum(input, Activities);

    /// <summary>The squares of so many numbers from <paramref name="first"/> on.</summary>
    public static long Sum(int first, int count) => Enumerable.Range(first, count).Sum(value => (long)value * value);

    public Func<TaskOrchestrationContext, Task<object?>>? FindOrchestrator(TaskName name) => name.Name switch
    {
        Chain => async context => await SumAsync(context, context.GetInput<int>(), Activities),
        FanOut => async context => (await Task.WhenAll(
            Enumerable.Range(context.GetInput<int>(), Activities).Select(value => SquareAsync(context, value)))).Sum(),
        Long => async context =>
        {
            var sum = await SumAsync(context, 0, context.GetInput<int>());
            context.SetCustomStatus(Go);
            await context.WaitForExternalEvent<object>(Go);
            return sum;
        },
        _ => null,
    };

    public Func<DurableActivityCall, CancellationToken, Task<object?>>? FindActivity(TaskName name) => (call, _) =>
    {
        var value = JsonDataConverter.Default.Deserialize<int>(call.SerializedInput);
        OnSquare(value);
        return Task.FromResult<object?>((long)value * value);
    };

    private static Task<long> SquareAsync(TaskOrchestrationContext context, int value) => context.CallActivityAsync<long>(Square, value);

    private static async Task<long> SumAsync(TaskOrchestrationContext context, int first, int count)
    {
        var sum = 0L;
        for (var i = 0; i < count; i++) sum += await SquareAsync(context, first + i);
        return sum;
    }
}

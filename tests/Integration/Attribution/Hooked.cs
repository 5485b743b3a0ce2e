using System.Reflection;
using Pipeline.Domain.Attribution;
using Pipeline.Domain.Ports;

namespace Pipeline.Tests.Integration.Attribution;

/// <summary>A ledger with something that happens behind each reading of a dataset's objects.</summary>
public class Hooked : DispatchProxy
{
    private IAttributionLedger ledger = null!;
    private Func<string, Task> hook = null!;

    public static IAttributionLedger After(IAttributionLedger ledger, Func<string, Task> hook)
    {
        var proxy = Create<IAttributionLedger, Hooked>();
        (((Hooked)(object)proxy).ledger, ((Hooked)(object)proxy).hook) = (ledger, hook);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(ledger, args);
        return answer is Task<IReadOnlyList<LakeObject>> objects ? ThenAsync(objects, (string)args![0]!) : answer;
    }

    private async Task<IReadOnlyList<LakeObject>> ThenAsync(Task<IReadOnlyList<LakeObject>> objects, string dataset)
    {
        var read = await objects;
        await hook(dataset);
        return read;
    }
}

using System.Collections.Concurrent;
using Pipeline.Domain.Failures;

namespace Pipeline.App.Cli.Doctor;

/// <summary>One thing to look at, apart from all others. What it finds comes one by one: what was found before it failed stays.</summary>
/// <param name="Name">The findings' name where it fails as a whole.</param>
/// <param name="Remedy">What to do where it fails in a way that it does not know itself.</param>
internal sealed record Check(string Name, string Remedy, Func<CancellationToken, IAsyncEnumerable<Finding>> Examine)
{
    /// <summary>How long it may take; longer than the tries that the product's own clients make.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Looks. Ends in time and never throws, whatever becomes of it.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken stopping)
    {
        var found = new ConcurrentQueue<Finding>();
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limited.CancelAfter(Limit);
        try
        {
            // A client that blocks or ignores the token is left behind.
            await Task.Run(() => GatherAsync(found, limited.Token), limited.Token).WaitAsync(limited.Token);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            found.Enqueue(error switch
            {
                TransientException or TerminalException => Finding.Fault(Name, error.Message, Remedy),
                OperationCanceledException => Finding.Fault(Name, $"It did not answer within {Limit.TotalSeconds:0} seconds.", Remedy),
                _ => Finding.Fault(Name, $"It could not be looked at ({error.GetType().Name}).", Remedy),
            });
        }
        return [.. found];
    }

    private async Task GatherAsync(ConcurrentQueue<Finding> found, CancellationToken stopping)
    {
        await foreach (var finding in Examine(stopping)) found.Enqueue(finding);
    }
}

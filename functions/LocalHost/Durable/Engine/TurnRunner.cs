using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable.Orchestrators;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>A turn that ran, with the live state to keep once it is committed.</summary>
internal sealed record FinishedTurn(TurnResult Result, Orchestration? Live);

/// <summary>Runs the turns of claimed instances, replaying those whose state is not live.</summary>
internal sealed partial class TurnRunner(
    IDurableFunctions functions, OrchestrationServices services, WorkStore store, LiveOrchestrations live, Window window, TimeProvider time,
    ILogger<TurnRunner> log)
{
    // A turn that ended its node this often, without ever being committed, ends its own instance instead.
    private const int MostAttempts = 10;

    // From here on a replay, as after every start of the node, takes noticeable time and memory.
    private const int LongHistory = 10_000;

    private static readonly TurnOutcome Nothing = new(default, [], [], []);

    /// <summary>Runs turns; each that ends is given to <paramref name="done"/>.</summary>
    public async Task RunAsync(Node node, IReadOnlyList<TurnWork> works, Action<FinishedTurn> done, Action<long, string> onIllegalAwait)
    {
        var states = works.Select(work => live.Take(work.Key, work.Facts.Execution, work.HistoryLength)).ToList();
        var replayed = works.Where((work, i) =>
            states[i] is null && work.HistoryLength > 0 && !work.Ended).Select(work => work.Key).ToArray();
        var histories = replayed is [] ? [] : await store.HistoriesAsync(replayed, node.Cancellation.Token);
        await Task.WhenAll(works.Select((work, i) => Task.Run(async () =>
        {
            await window.EnterAsync();
            FinishedTurn turn;
            try
            {
                var history = histories.GetValueOrDefault(work.Key) ?? [];
                turn = functions.HasMiddleware && !work.Ended
                    ? await RunInsideMiddlewareAsync(work, history, onIllegalAwait)
                    : Run(work, states[i], history, null, onIllegalAwait);
            }
            finally
            {
                window.Leave();
            }
            done(turn);
        })));
    }

    // The middleware is around the turn, not in it: it may wait for anything, and each turn is an invocation of its own. That is why
    // nothing is kept live for the next one.
    private async Task<FinishedTurn> RunInsideMiddlewareAsync(
        TurnWork work, List<HistoryEvent> history, Action<long, string> onIllegalAwait)
    {
        FinishedTurn? turn = null;
        try
        {
            await functions.RunTurnAsync(
                work.Facts.Name, work.Facts.InstanceId, code => turn = Run(work, null, history, code, onIllegalAwait));
            if (turn is not null) return turn with { Live = null };
            throw new InvalidOperationException(
                $"Middleware kept a turn of orchestrator '{work.Facts.Name}' from running. Let it call next for orchestrators.");
        }
        catch (Exception error)
        {
            LogFailed(log, error, work.Facts.InstanceId);
            return Failed(work, error);
        }
    }

    private FinishedTurn Run(
        TurnWork work, Orchestration? state, List<HistoryEvent> history, Func<TaskOrchestrationContext, Task<object?>>? code,
        Action<long, string> onIllegalAwait)
    {
        var now = TurnTime(work);
        if (work.Ended) return new(new(work, Nothing, now), null);
        try
        {
            if (work.Attempts > MostAttempts)
                throw new InvalidOperationException(
                    $"The turn of instance '{work.Facts.InstanceId}' ended its host {MostAttempts} times and is not tried again. "
                    + "See the host's log for what ended it, correct the orchestrator and restart the instance.");
            if (state is null)
            {
                state = new(
                    work.Facts, code ?? functions.FindOrchestrator(work.Facts.Name), services,
                    () => onIllegalAwait(work.Key, $"Orchestrator '{work.Facts.Name}' awaited something that is not durable."));
                state.Replay(history);
            }
            var fresh = work.Messages.Where(m => m.Execution is null || m.Execution == work.Facts.Execution).Select(m => m.Event).ToList();
            var outcome = state.Turn(now, fresh);
            if (outcome.Ended || outcome.Next is not null) return new(new(work, outcome, now), null);
            if (work.HistoryLength <= LongHistory && work.HistoryLength + outcome.Recorded.Count > LongHistory)
                LogLongHistory(log, work.Facts.InstanceId, LongHistory, work.Facts.Name.Name);
            return new(new(work, outcome, now), state);
        }
        catch (Exception error)
        {
            LogFailed(log, error, work.Facts.InstanceId);
            return Failed(work, error);
        }
    }

    private FinishedTurn Failed(TurnWork work, Exception error) =>
        new(new(work, TurnOutcome.Failed(TaskFailureDetails.FromException(error), []), TurnTime(work)), null);

    // Not before any of its messages: another node's clock may be ahead, and a timer never sees a time before its own.
    private DateTime TurnTime(TurnWork work)
    {
        var now = Microseconds(time.GetUtcNow().UtcDateTime);
        foreach (var message in work.Messages) now = message.Event.At > now ? message.Event.At : now;
        return now;
    }

    /// <summary>PostgreSQL's precision: a time that is stored and read back is the same.</summary>
    public static DateTime Microseconds(DateTime at) => new(at.Ticks - at.Ticks % 10, DateTimeKind.Utc);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The history of instance {InstanceId} passed {Events} events, and each replay reads it all: let orchestrator "
            + "{Orchestrator} start over with ContinueAsNew from time to time.")]
    private static partial void LogLongHistory(ILogger log, string instanceId, int events, string orchestrator);

    [LoggerMessage(Level = LogLevel.Error, Message = "A turn of instance {InstanceId} could not be run; the instance fails.")]
    private static partial void LogFailed(ILogger log, Exception error, string instanceId);
}

using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Alerting;

/// <summary>Tells channels what happened to alerts: once each, in order, until they have it.</summary>
/// <remarks>Safe to run twice at once, on any number of instances.</remarks>
public sealed class AlertDelivery
{
    private const int MaxMessages = 100;   // to one channel in one round; to one that fails, one in a run
    private const int Rounds = 3;          // what waited for a message before it can follow in the same run

    private readonly AlertOutbox outbox;
    private readonly AlertChannels channels;
    private readonly ILogger<AlertDelivery> log;

    /// <param name="ledger">Where alerts are raised.</param>
    public AlertDelivery(
        NpgsqlDataSource ledger, AlertOptions options, AlertChannels channels, TimeProvider time, ILogger<AlertDelivery> log)
    {
        (this.channels, this.log) = (channels, log);
        outbox = new(ledger, new(options), channels, options, time);
    }

    /// <summary>Sends what is due. A channel that fails does not keep the others waiting.</summary>
    /// <returns>Messages that arrived.</returns>
    /// <exception cref="TransientException">PostgreSQL is away; the next run goes on.</exception>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        if (channels.IsEmpty) return 0;
        var arrived = 0;
        var failing = new HashSet<string>();
        for (var round = 0; round < Rounds && await outbox.HasWorkAsync(stopping); round++)
        {
            await outbox.FillAsync(stopping);
            var due = (await outbox.DueAsync(stopping)).Except(failing);
            var turns = await Task.WhenAll(due.Select(channel => DrainAsync(channel, stopping)));
            failing.UnionWith(turns.Where(turn => turn.HasFailed).Select(turn => turn.Channel));
            var sent = turns.Sum(turn => turn.Sent);
            if (sent == 0) break;
            arrived += sent;
        }
        return arrived;
    }

    // The first failure ends a channel's turn, and this run for it: what is behind it would meet the same.
    private async Task<Turn> DrainAsync(string channel, CancellationToken stopping)
    {
        var sent = 0;
        for (; sent < MaxMessages && await outbox.LeaseAsync(channel, stopping) is { } leased; sent++)
            if (!await TryAsync(leased, stopping)) return new(channel, sent, HasFailed: true);
        if (sent > 0) await outbox.WakeAsync(channel, stopping);
        return new(channel, sent, HasFailed: false);
    }

    private async Task<bool> TryAsync(LeasedMessage leased, CancellationToken stopping)
    {
        var outcome = await channels.Find(leased.Channel)!.SendAsync(leased.Message, stopping);
        if (outcome.IsDelivered)
        {
            await outbox.DeliveredAsync(leased, outcome, CancellationToken.None);   // who stops now must not forget that it was told
            Log.Delivered(log, leased.Id, leased.Channel, leased.Message.Event, leased.Message.Alerts.Count, leased.Try);
            return true;
        }
        await outbox.FailedAsync(leased, outcome, CancellationToken.None);
        Log.NotDelivered(log, leased.Id, leased.Channel, leased.Message.Event, leased.Message.Alerts.Count, leased.Try, outcome.Error!);
        return false;
    }

    /// <summary>What one channel took.</summary>
    private sealed record Turn(string Channel, int Sent, bool HasFailed);
}

/// <summary>What delivery of alerts writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(301, LogLevel.Information, "Message {Message} to {Channel} arrived: {Event}, {Alerts} alert(s), try {Try}.")]
    internal static partial void Delivered(ILogger log, long message, string channel, AlertEvent @event, int alerts, int @try);

    [LoggerMessage(302, LogLevel.Warning,
        "Message {Message} to {Channel} did not arrive ({Event}, {Alerts} alert(s), try {Try}): {Reason}")]
    internal static partial void NotDelivered(
        ILogger log, long message, string channel, AlertEvent @event, int alerts, int @try, string reason);
}

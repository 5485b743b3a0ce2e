using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Telemetry;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Telemetry;

/// <summary>Notes runs in memory and writes each function's heartbeat to the ledger, every thirty seconds at most.</summary>
/// <remarks>A heartbeat that cannot be written is kept for the next time; it never fails a function.</remarks>
public sealed class Heartbeats(HeartbeatLedger ledger, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Beat> beats = new();

    /// <summary>A function begins.</summary>
    public void Began(string function) => Of(function).Begin(time.GetUtcNow());

    /// <summary>A function has ended; null for well.</summary>
    public void Ended(string function, Exception? error) =>
        Of(function).End(time.GetUtcNow(), error is null ? null : Spans.SentenceOf(error));

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(TimeSpan.Zero, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Look, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(stoppingToken)) await WriteAsync(Apart, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is noted is written then.
        }
    }

    private Beat Of(string function) => beats.GetOrAdd(function, name => new Beat(name));

    private async Task WriteAsync(TimeSpan apart, CancellationToken stopping)
    {
        var taken = beats.Values.Select(beat => (Beat: beat, Row: beat.Take(time.GetUtcNow(), apart)))
            .Where(each => each.Row is not null).ToList();
        if (taken.Count == 0) return;
        try
        {
            await ledger.WriteAsync(Environment.MachineName, [.. taken.Select(each => each.Row!)], stopping);
        }
        catch (Exception error) when (error is TransientException or TerminalException or OperationCanceledException)
        {
            foreach (var (beat, row) in taken) beat.GiveBack(row!);
            Instruments.TelemetryFailures.Add(1, Instruments.Label("what", "heartbeat"));
        }
    }
}

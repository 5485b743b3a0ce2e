using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;

namespace Pipeline.Tests.Bench.Scenarios.Merging;

/// <summary>The product's merge: one publication over a ledger, staged, merged and committed by its session.</summary>
internal sealed class SessionMerge(NpgsqlDataSource source, DatasetContract contract)
{
    private readonly TimeProvider time = TimeProvider.System;

    /// <summary>Lands a segment of so many records in the ledger and plans its publication; not measured.</summary>
    public async Task<PublicationPlan> PlanAsync(MergeInput input)
    {
        await LedgerMigrations.ApplyAsync(source, time, default);
        var landing = new LandingLedger(source, time);
        var claim = (await landing.ClaimAsync(contract.Dataset, ["user-actions-0"], default))[0];
        var positions = new PositionRange(claim.NextPosition ?? 0, (claim.NextPosition ?? 0) + input.Rows);
        var key = SegmentDraft.KeyOf(contract.Dataset, claim.Shard, positions, claim.Epoch);
        await landing.LandAsync(
            [new(contract.Dataset, claim.Shard, positions, claim.Epoch, key, (int)input.Rows, input.Bytes, input.Bytes, positions.Last)], default);
        return (await new PublicationLedger(source, time).PlanAsync(contract.Dataset, contract.Version, long.MaxValue, 1, default))[0];
    }

    /// <summary>Begins the attempt, stages every row and commits.</summary>
    public async Task<long> RunAsync(PublicationPlan plan, MergeInput input)
    {
        var session = await new PublicationSessions(source, time).BeginAsync(plan.Id, contract, default);
        await using (session)
        {
            foreach (var batch in input.Batches) await session!.StageAsync(batch, default);
            var made = new PublishedObject(
                new($"{contract.Dataset}/{plan.Id}-0.parquet", "upload", [], 1, new string('0', 64)), ObjectRole.Data, null, input.Rows);
            var outcome = await session!.CommitAsync(
                new(new(input.Rows, input.Rows, 0, 0), [made], [], new Dictionary<string, long>(), null, null), default);
            if (outcome != CommitOutcome.Committed) throw new InvalidOperationException($"Publication {plan.Id} ended as {outcome}.");
        }
        return 0;
    }
}

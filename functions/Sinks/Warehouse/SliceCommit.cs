using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Slices;

namespace Pipeline.Sinks.Warehouse;

/// <summary>What a commit does about slices: it replaces the rows that stand, logs what changed, and notes how each slice stands.</summary>
/// <param name="sql">Null for a dataset whose slices are not replaced: then only their states are noted.</param>
/// <param name="folder">Null with <paramref name="sql"/>.</param>
internal sealed class SliceCommit(
    NpgsqlConnection connection, PublicationAttempt attempt, PublicationResult result, SliceSql? sql, SliceFolder? folder, DateTimeOffset now)
{
    private const string NoRows = "The provider answered no rows where rows stand.";

    private readonly Dictionary<long, SliceWindow> windows = attempt.Extractions.ToDictionary(each => each.Id, each => each.Window);
    private List<SliceOutcome> published = [];
    private List<SliceOutcome> empty = [];
    private int[] restated = [];
    private Dictionary<string, string>? folders;

    /// <summary>Null when the attempt's segments hold no extractions.</summary>
    public static SliceCommit? Of(
        NpgsqlConnection connection, DatasetContract contract, PublicationAttempt attempt, PublicationResult result, DateTimeOffset now)
    {
        if (attempt.Extractions.Count == 0) return null;
        var sql = TableShape.Of(contract) is { Slice: { } slice } shape ? new SliceSql(shape, slice) : null;
        return new(connection, attempt, result, sql, SliceFolder.Of(contract), now);
    }

    /// <summary>Locks the slices and deletes the rows that are replaced; those the transform staged can be merged then.</summary>
    /// <exception cref="TransientException">A newer extraction was published since the attempt began: run it again.</exception>
    public async Task BeginAsync(CancellationToken stopping)
    {
        var taken = result.Slices.Where(slice => slice.Withheld is null).ToList();
        var held = await SliceStates.LockAsync(connection, attempt.Plan.Dataset, result.Slices, windows, stopping);
        if (sql is null)
        {
            published = taken;
            return;
        }
        if (taken.Find(slice => held[Key(slice)].IsNewerThan(slice.ExtractionId, attempt.Plan.ContractVersion)) is { } late)
            throw new TransientException(
                $"A newer extraction of {DayOf(late)} was published while publication {attempt.Plan.Id} was under way; run it again.");
        await connection.Command(SliceSql.CreateSlices).ExecuteAsync(stopping);
        await FillAsync(taken, stopping);
        await connection.Command($"ANALYZE {SliceSql.Slices}").ExecuteAsync(stopping);   // few slices are found by index in a large table
        await connection.LongCommand(sql.CreateStanding).ExecuteAsync(stopping);
        var standing = (await connection.Command("SELECT number FROM pg_temp._standing WHERE _rows > 0")
            .ListAsync(row => row.GetInt32(0), stopping)).Select(number => taken[number - 1]).ToHashSet();
        empty = [.. taken.Where(slice => slice.Rows == 0 && standing.Contains(slice) && !IsComputed(slice))];
        published = [.. taken.Except(empty)];
        restated = Numbers(taken, slice => standing.Contains(slice) || held[Key(slice)].Extraction is not null);
        await connection.Command($"DELETE FROM {SliceSql.Slices} WHERE number = ANY($1)", Numbers(taken, empty.Contains)).ExecuteAsync(stopping);
        await connection.LongCommand(sql.Delete).ExecuteAsync(stopping);
    }

    /// <summary>After the merge and the ledger's own rows: logs, supersedes, and notes states.</summary>
    public async Task EndAsync(CancellationToken stopping)
    {
        if (sql is not null)
            await connection.LongCommand(sql.Log, attempt.Plan.Dataset, attempt.Plan.Id, now, restated).ExecuteAsync(stopping);
        if (folder is not null) await SupersededObjects.MarkAsync(connection, attempt.Plan.Id, Folders(), now, stopping);
        var states = new SliceStates(connection, attempt.Plan);
        await states.PublishedAsync(published, stopping);
        await states.HeldBackAsync("empty_refused", [.. empty.Select(slice => (slice, NoRows))], stopping);
        await states.HeldBackAsync("withheld", [.. Withheld.Select(slice => (slice, slice.Withheld!))], stopping);
        await RaiseAsync(stopping);
    }

    /// <summary>The provider and the folders of a slice; null for an object that belongs to none.</summary>
    public (string Folder, string Source)? SliceOf(PublishedObject made)
    {
        if (folder is null || made.Role != ObjectRole.Data) return null;
        var name = folder.OfKey(made.Staged.Key);
        return (name, Folders()[name]);
    }

    private IEnumerable<SliceOutcome> Withheld => result.Slices.Where(slice => slice.Withheld is not null);

    private (string, string, string, DateOnly) Key(SliceOutcome slice) => SliceStates.KeyOf(windows[slice.ExtractionId], slice.Day);

    // A provider that answers nothing may be broken; what the pipeline computes of its own rows is nothing when there are none.
    private bool IsComputed(SliceOutcome slice) => windows[slice.ExtractionId].Source == SourceKind.Attribution.Text();

    private SliceWindow DayOf(SliceOutcome slice) => windows[slice.ExtractionId] with { From = slice.Day, To = slice.Day };

    private Task<int> FillAsync(List<SliceOutcome> taken, CancellationToken stopping) => connection.Command(
        SliceSql.FillSlices, Each(taken, slice => windows[slice.ExtractionId].Source), Each(taken, slice => windows[slice.ExtractionId].Account),
        Each(taken, slice => windows[slice.ExtractionId].Stream), Each(taken, slice => slice.Day), Each(taken, slice => slice.ExtractionId))
        .ExecuteAsync(stopping);

    private Dictionary<string, string> Folders()
    {
        if (folders is not null) return folders;
        folders = [];
        foreach (var slice in published.Where(slice => slice.Rows > 0 || IsComputed(slice)))
        {
            var (name, source) = (folder!.OfSlice(DayOf(slice)), windows[slice.ExtractionId].Source);
            if (!folders.TryAdd(name, source) && folders[name] != source)
                throw SupersededObjects.Shared(name, folders[name], source);
        }
        return folders;
    }

    private async Task RaiseAsync(CancellationToken stopping)
    {
        var dataset = attempt.Plan.Dataset;
        foreach (var held in Withheld.GroupBy(slice => slice.ExtractionId))
        {
            var days = held.OrderBy(slice => slice.Day).ToList();
            var alert = SliceAlerts.Withheld(dataset, windows[held.Key], Each(days, slice => slice.Day), days[0].Withheld!);
            await Alerts.RaiseAsync(connection, alert, now, stopping);
        }
        foreach (var slice in empty)
            await Alerts.RaiseAsync(connection, SliceAlerts.Empty(dataset, DayOf(slice)), now, stopping);
        foreach (var (path, records) in result.UnknownFields)
            await Alerts.RaiseAsync(connection, SliceAlerts.NewField(dataset, path, records), now, stopping);
        await Alerts.ResolveAsync(
            connection, dataset, SliceAlerts.EmptyCode, Each(published, slice => DayOf(slice).ToString()), now, stopping);
        await connection.Command(
            """
            UPDATE pipeline.alert SET resolved_at = $4 WHERE dataset = $1 AND code = ANY($2) AND subject = ANY($3) AND resolved_at IS NULL
            AND NOT EXISTS (SELECT FROM pipeline.slice
                WHERE slice.dataset = $1 AND state = 'withheld' AND concat_ws(' ', source, account, stream) = alert.subject)
            """, dataset, SliceAlerts.OfWithheld, Each(published, slice => SliceAlerts.Subject(windows[slice.ExtractionId])), now)
            .ExecuteAsync(stopping);
    }

    private static int[] Numbers(List<SliceOutcome> taken, Predicate<SliceOutcome> isMeant) =>
        [.. Enumerable.Range(1, taken.Count).Where(number => isMeant(taken[number - 1]))];

    private static T[] Each<T>(List<SliceOutcome> slices, Func<SliceOutcome, T> value) => [.. slices.Select(value)];
}

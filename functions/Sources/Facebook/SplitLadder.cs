using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>How a report that is too much is asked for in smaller pieces: days, then campaigns, ad sets, ads, and last the fields.</summary>
internal sealed class SplitLadder(FacebookClient client, FacebookOptions options)
{
    // Meta lists what had activity; an entity that had some on an old day and none since is found by asking from well before it.
    private const int DiscoveryDays = 29;

    /// <summary>The next smaller pieces.</summary>
    /// <exception cref="TerminalException">There are none: one ad, one day and one field at a time are still too much.</exception>
    public async Task<Step> NextAsync(SliceWindow window, ReportState state, string reason, CancellationToken stopping)
    {
        if (window.Days > 1) return Steps.Halved(reason);
        var question = state.Question;
        if (question.Ids is { Count: > 1 }) return Steps.Cut(Halves(state, question.FilterField!, question.Ids), reason);
        var (field, ids) = question.FilterField switch
        {
            null => ("campaign.id", await IdsAsync(window, "campaign", [], stopping)),
            "campaign.id" when question.Level == "ad" => ("adset.id", await IdsAsync(window, "adset", question.Ids!, stopping)),
            "adset.id" => ("ad.id", await IdsAsync(window, "ad", question.Ids!, stopping)),
            _ => ("", []),
        };
        if (ids.Count > 0) return Steps.Cut(Halves(state, field, ids), reason);
        return state.CutFields() is { } cut ? Steps.Cut([cut], reason)
            : throw new TerminalException($"{window}: Meta calls one entity, one day and one field at a time too much ({reason}).");
    }

    private static IEnumerable<ReportState> Halves(ReportState state, string field, IReadOnlyList<string> ids)
    {
        var half = (ids.Count + 1) / 2;
        return new[] { ids.Take(half).ToArray(), ids.Skip(half).ToArray() }.Where(some => some.Length > 0)
            .Select(some => ReportState.Of(state.Question with { FilterField = field, Ids = some }));
    }

    private async Task<IReadOnlyList<string>> IdsAsync(
        SliceWindow window, string level, IReadOnlyList<string> within, CancellationToken stopping)
    {
        var parent = level == "adset" ? "campaign.id" : "adset.id";
        var question = new ReportQuestion(
            level, window.From.AddDays(-DiscoveryDays), window.To, [$"{level}_id"], within.Count == 0 ? null : parent, within.Count == 0 ? null : within);
        var parameters = question.ToParameters().Where(each => each.Key != "time_increment").ToDictionary();
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        for (string? after = null; ;)
        {
            var page = await client.PageAsync(window.Account, $"act_{window.Account}/insights", parameters, options.PageRows, after, stopping);
            foreach (var row in JsonText.Parse(page.Body).Member("data").Items())
                if (row.Member($"{level}_id").Text() is { } id) ids.Add(id);
            if ((after = page.After) is null) return [.. ids];
        }
    }
}

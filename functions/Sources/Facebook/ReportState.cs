namespace Pipeline.Sources.Facebook;

/// <summary>Where a report stands, as the orchestration carries it from step to step.</summary>
/// <param name="Question">What it asks for; its fields are the ones of <paramref name="Groups"/> together.</param>
/// <param name="Groups">Fields of each run: one run with all fields, or several where one would be too much.</param>
/// <param name="Runs">Run ids, as many as were begun and have not ended.</param>
/// <param name="Limit">Rows of a page; null for the setting.</param>
/// <param name="Polls">Looks at the runs so far.</param>
/// <param name="Anew">Times they were begun anew.</param>
public sealed record ReportState(
    ReportQuestion Question, IReadOnlyList<IReadOnlyList<string>> Groups, IReadOnlyList<string> Runs, int? Limit = null, int Polls = 0, int Anew = 0)
{
    /// <summary>A report that is not begun.</summary>
    public static ReportState Of(ReportQuestion question) => new(question, [question.Fields], []);

    /// <summary>The report with every run asking for half as many fields besides the key; null when each has one already.</summary>
    public ReportState? CutFields()
    {
        var key = ReportQuestion.KeyFields(Question.Level);
        var rest = Groups.Select(group => group.Except(key).ToArray()).ToArray();
        if (rest.All(group => group.Length < 2)) return null;
        return Of(Question) with
        {
            Groups = [.. rest.SelectMany(group => group.Chunk(Math.Max(1, (group.Length + 1) / 2))).Select(some => (string[])[.. key, .. some])],
        };
    }
}

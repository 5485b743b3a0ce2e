using System.Collections.Concurrent;

namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>A query's job.</summary>
/// <param name="Rows">The result, as the table was when the job began.</param>
/// <param name="Failure">How it will end; null when well.</param>
/// <param name="Looks">So many looks see it running.</param>
internal sealed record QueryJob(string Id, DateOnly Day, IReadOnlyList<string> Columns, IReadOnlyList<UserAction> Rows, BigQueryError? Failure, int Looks)
{
    private int looked;

    /// <summary>Whether it has ended.</summary>
    public bool IsDone => looked >= Looks;

    /// <summary>Somebody looks at it, which is how time passes here.</summary>
    public void Look() => Interlocked.Increment(ref looked);
}

/// <summary>The jobs of all projects.</summary>
internal sealed class QueryJobs
{
    private const int MostLooks = 3;

    private readonly ConcurrentDictionary<(string Project, string Id), QueryJob> jobs = new();

    /// <summary>Adds a job.</summary>
    /// <returns>False when its id is taken, whatever it asked for.</returns>
    public bool TryAdd(string project, QueryJob job) => jobs.TryAdd((project, job.Id), job with { Looks = jobs.Count % MostLooks });

    /// <summary>A job; null when there is none.</summary>
    public QueryJob? Find(string project, string id) => jobs.GetValueOrDefault((project, id));

    /// <summary>No jobs.</summary>
    public void Clear() => jobs.Clear();
}

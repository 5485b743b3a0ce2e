namespace Pipeline.Tests.Bench;

/// <summary>Work of the product's own code that is measured alone in a program.</summary>
internal interface IWorkload : IDisposable
{
    /// <summary>Megabytes (10^6) one run takes in.</summary>
    double InputMb { get; }

    /// <summary>Rows one run takes in.</summary>
    long Rows { get; }

    /// <summary>Reads what must be in memory before the first run; not measured.</summary>
    Task LoadAsync();

    /// <summary>Forgets what a run left behind; not measured.</summary>
    void Clear();

    /// <summary>Does it once.</summary>
    /// <returns>Bytes written.</returns>
    Task<long> RunAsync();

    /// <summary>Compares what the last run left, or a run of its own gives, with the peer's answer or with the input.</summary>
    /// <returns>What differs, in a sentence; null when nothing does.</returns>
    Task<string?> DifferenceAsync();
}

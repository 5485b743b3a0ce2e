namespace Pipeline.Tests.Bench;

/// <summary>A program that does the same work, measured on the same input in the same run.</summary>
internal interface IPeer
{
    /// <summary>As <c>--peer</c> names it.</summary>
    string Name { get; }

    /// <summary>Measured without <c>--peer</c> too: it needs nothing that is not there.</summary>
    bool IsAlwaysThere { get; }

    /// <summary>Measures it once.</summary>
    Measurement Measure(string scenario, int threads, Sample sample, IWorkload workload);
}

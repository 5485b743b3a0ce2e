namespace Pipeline.Tests.Integration.Quality;

/// <summary>Seeded chance.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>A factor around 1.</summary>
    public double Noise(double sigma) => Math.Exp(sigma * Normal());

    public long Poisson(double mean)
    {
        if (mean > 50) return Math.Max(0, (long)Math.Round(mean + Math.Sqrt(mean) * Normal()));
        var (limit, product, count) = (Math.Exp(-mean), random.NextDouble(), 0L);
        for (; product > limit; count++) product *= random.NextDouble();
        return count;
    }

    /// <summary>How many of so many.</summary>
    public long Share(long count, double share) => Math.Clamp(Poisson(count * share), 0, count);
}

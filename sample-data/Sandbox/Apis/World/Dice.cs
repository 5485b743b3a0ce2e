namespace Pipeline.Sandbox.Apis.World;

/// <summary>Numbers that look random and depend on a text alone.</summary>
internal struct Dice
{
    private ulong state;

    /// <param name="seed">Any text: FNV-1a makes a number of it.</param>
    public Dice(string seed)
    {
        state = 14_695_981_039_346_656_037;
        foreach (var character in seed) state = (state ^ character) * 1_099_511_628_211;
    }

    /// <summary>The next number, 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>The next number, from 0 to just under 1.</summary>
    public double Part() => (Next() >> 11) / (double)(1UL << 53);

    // SplitMix64, https://doi.org/10.1145/2714064.2660195
    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}

namespace Pipeline.Parquet.Reading;

/// <summary>Reads Parquet's mix of repeated and bit-packed runs: levels, dictionary numbers and flags.</summary>
/// <remarks>https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE</remarks>
internal sealed class HybridReader
{
    private PageSection section;
    private int bitWidth, left, value;
    private bool isRepeated;
    private long bit;

    /// <param name="width">Bits of a value, 0 to 32.</param>
    public void Begin(PageSection runs, int width)
    {
        if (width is < 0 or > 32) throw Damage.Is($"its values have {width} bits; 0 to 32 are possible.");
        (section, bitWidth, left) = (runs, width, 0);
    }

    /// <summary>Whether the next <paramref name="count"/> values are one, which is then taken so many times.</summary>
    public bool TryTakeRepeated(int count, out int repeated)
    {
        while (left == 0) NextRun();
        repeated = value;
        if (!isRepeated || left < count) return false;
        left -= count;
        return true;
    }

    /// <summary>Reads the next values.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public void Read(Span<int> into)
    {
        while (!into.IsEmpty)
        {
            while (left == 0) NextRun();
            var count = Math.Min(left, into.Length);
            if (isRepeated) into[..count].Fill(value);
            else Unpack(into[..count]);
            left -= count;
            into = into[count..];
        }
    }

    private void Unpack(Span<int> into)
    {
        var mask = (1UL << bitWidth) - 1;
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = (int)(PageSection.Word(section.Bytes, bit) & mask);
            bit += bitWidth;
        }
    }

    private void NextRun()
    {
        var header = section.TakeVarint();
        if (header > uint.MaxValue) throw Damage.Is("a run among its values is longer than a page can be.");
        var length = (int)(header >> 1);
        isRepeated = (header & 1) == 0 || bitWidth == 0;
        if ((header & 1) == 0)
        {
            value = 0;
            left = length;
            var bytes = section.Take((bitWidth + 7) / 8);
            for (var i = 0; i < bytes.Length; i++) value |= bytes[i] << (8 * i);
            return;
        }

        value = 0;
        if (bitWidth == 0)
        {
            left = (int)Math.Min(length * 8L, int.MaxValue);
            return;
        }

        // Some writers leave the padding of the last group out.
        var stored = (int)Math.Min((long)length * bitWidth, section.Left);
        left = (int)Math.Min(stored * 8L / bitWidth, int.MaxValue);
        bit = section.At * 8L;
        section.Take(stored);
    }
}

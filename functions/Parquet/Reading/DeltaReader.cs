namespace Pipeline.Parquet.Reading;

/// <summary>Reads integers as differences of varying width (DELTA_BINARY_PACKED).</summary>
/// <remarks>Sums wrap around, as the format wants. https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC</remarks>
internal sealed class DeltaReader
{
    private PageSection section;
    private int blockCount, miniblockCount, miniblocksLeft, widthsAt, bitWidth, packedLeft, left;
    private long value, minDelta, bit;
    private bool isFirst;

    /// <summary>Begins a page's integers; no bytes are no integers.</summary>
    public void Begin(PageSection deltas)
    {
        (section, left, packedLeft, miniblocksLeft, isFirst) = (deltas, 0, 0, 0, true);
        if (deltas.Left == 0) return;
        blockCount = section.TakeCount();
        miniblockCount = section.TakeCount();
        left = section.TakeCount();
        value = section.TakeZigZag();
        if (miniblockCount == 0 || blockCount == 0 || blockCount % miniblockCount != 0 || blockCount / miniblockCount % 32 != 0)
            throw Damage.Is($"its integers come in blocks of {blockCount} in {miniblockCount} parts, which the format does not allow.");
    }

    /// <summary>Where the section after the integers begins; nothing is read.</summary>
    public int FindEnd()
    {
        var walk = section;
        var perMiniblock = miniblockCount == 0 ? 0 : blockCount / miniblockCount;
        for (var packed = left - 1L; packed > 0;)
        {
            walk.TakeVarint();
            var widths = walk.Take(miniblockCount);
            for (var i = 0; i < widths.Length && packed > 0; i++, packed -= perMiniblock)
                walk.Take((int)Math.Min(perMiniblock / 8L * CheckWidth(widths[i]), int.MaxValue));
        }

        return walk.At;
    }

    /// <summary>The next integer.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public long Next()
    {
        if (left == 0) throw Damage.Is("it has fewer integers than values.");
        if (isFirst)
        {
            isFirst = false;
        }
        else
        {
            if (packedLeft == 0) NextMiniblock();
            packedLeft--;
            value += minDelta + (long)TakeBits();
        }

        left--;
        return value;
    }

    private ulong TakeBits()
    {
        if (bitWidth == 0) return 0;
        var word = PageSection.Word(section.Bytes, bit);
        var inWord = 64 - (int)(bit & 7);
        // The bits that did not fit the word's start are the ninth byte's.
        if (bitWidth > inWord) word |= (ulong)section.Bytes[(int)(bit >> 3) + 8] << inWord;
        bit += bitWidth;
        return bitWidth == 64 ? word : word & ((1UL << bitWidth) - 1);
    }

    private void NextMiniblock()
    {
        if (miniblocksLeft == 0)
        {
            minDelta = section.TakeZigZag();
            widthsAt = section.At;
            section.Take(miniblockCount);
            miniblocksLeft = miniblockCount;
        }

        bitWidth = CheckWidth(section.Bytes[widthsAt + miniblockCount - miniblocksLeft--]);
        packedLeft = blockCount / miniblockCount;
        bit = section.At * 8L;
        // Only the bits of values that are there must be: some writers leave the padding of the last part out.
        var needed = ((long)Math.Min(packedLeft, left) * bitWidth + 7) / 8;
        if (needed > section.Left) throw Damage.Is("it ends before its last value.");
        section.Take((int)Math.Min(packedLeft / 8L * bitWidth, section.Left));
    }

    private static int CheckWidth(int width) => width <= 64 ? width : throw Damage.Is($"differences of {width} bits; 64 are the most.");
}

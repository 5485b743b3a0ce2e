using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Masking;

/// <summary>Makes one masked column from a clear one, batch by batch; a distinct text of a dictionary is masked once for each key.</summary>
/// <param name="target">The column it stands for.</param>
/// <param name="source">The column it is made from.</param>
/// <param name="masks">By version number; empty makes every row null.</param>
/// <param name="version">The number of the mask for an event time; -1 for null.</param>
internal sealed class MaskedColumn(int target, int source, TextMask[] masks, Func<long, int> version) : IDisposable
{
    private const int Unknown = -1;

    private readonly int[][] known = [.. masks.Select(_ => Array.Empty<int>())];
    private Utf8Dictionary? clearTexts;
    private TextColumn masked = new Utf8Column();
    private byte[] text = new byte[256];

    /// <summary>The column it stands for.</summary>
    public int Target => target;

    /// <summary>The masked values of a batch's rows; lent until the next batch.</summary>
    /// <param name="times">Event times, one for each row; empty where no version depends on them.</param>
    public Column Of(RecordBatch batch, ReadOnlySpan<long> times)
    {
        var clear = (TextColumn)batch.Columns[source];
        Begin(clear);
        for (var row = 0; row < batch.Rows; row++)
        {
            var number = clear.IsNull(row) || masks.Length == 0 ? Unknown : version(times.IsEmpty ? 0 : times[row]);
            if (number < 0) masked.AppendNull();
            else if (clear is Utf8DictionaryColumn numbered) ((Utf8DictionaryColumn)masked).Append(Known(number, numbered.Ids[row]));
            else masked.Append(Mask(number, clear[row]));
        }
        return masked;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var mask in masks) mask.Dispose();
    }

    /// <summary>Takes the clear column's form: where that gave its dictionary up, the masked one does.</summary>
    private void Begin(TextColumn clear)
    {
        masked.Clear();
        var dictionary = (clear as Utf8DictionaryColumn)?.Dictionary;
        if (dictionary == clearTexts) return;
        clearTexts = dictionary;
        masked = dictionary is null ? new Utf8Column() : new Utf8DictionaryColumn(new());
        foreach (var ids in known) ids.AsSpan().Fill(Unknown);
    }

    private int Known(int number, int id)
    {
        ref var ids = ref known[number];
        if (id >= ids.Length)
        {
            var before = ids.Length;
            Array.Resize(ref ids, Math.Max(256, Math.Max(id + 1, before * 2)));
            ids.AsSpan(before).Fill(Unknown);
        }
        if (ids[id] == Unknown) ids[id] = ((Utf8DictionaryColumn)masked).Dictionary.Intern(Mask(number, clearTexts![id]));
        return ids[id];
    }

    private ReadOnlySpan<byte> Mask(int number, ReadOnlySpan<byte> clear)
    {
        var bytes = masks[number].MaxBytes(clear.Length);
        if (text.Length < bytes) text = new byte[bytes * 2];
        return text.AsSpan(0, masks[number].Write(clear, text));
    }
}

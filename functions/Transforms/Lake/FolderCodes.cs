using System.Numerics;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Lake;

/// <summary>Makes one number of a row's folder values where they are days, flags and dictionary numbers, so that a known folder is found
/// without a look at its texts.</summary>
internal sealed class FolderCodes(LakeSchema schema)
{
    private const int EmptyNumber = -1;

    private (ulong Code, int Number)[] known = NewTable(64);
    private ulong[] codes = [];
    private readonly Utf8Dictionary?[] dictionaries = new Utf8Dictionary?[schema.Folders.Length];
    private int count;

    /// <summary>The codes of a batch's rows; empty where some column has too many values for one.</summary>
    public ReadOnlySpan<ulong> Of(RecordBatch batch)
    {
        if (codes.Length < batch.Rows) codes = new ulong[Math.Max(batch.Rows, codes.Length * 2)];
        var into = codes.AsSpan(0, batch.Rows);
        into.Clear();
        var bits = 0;
        for (var i = 0; i < schema.Folders.Length; i++)
        {
            var column = batch.Columns[schema.Folders[i]];
            if ((bits += Shift(column)) > 64 || column.NullCount != 0) return [];
            Renew(i, column);
            Add(column, into);
        }
        return into;
    }

    /// <summary>The number of a code's folder; -1 when it is not known.</summary>
    public int Find(ulong code)
    {
        for (var at = Place(code); ; at = (at + 1) & (known.Length - 1))
        {
            ref readonly var entry = ref known[at];
            if (entry.Number == EmptyNumber || entry.Code == code) return entry.Number;
        }
    }

    /// <summary>Notes a code's folder.</summary>
    public void Add(ulong code, int number)
    {
        if (++count * 2 > known.Length)
        {
            var old = known;
            known = NewTable(old.Length * 2);
            foreach (var entry in old)
                if (entry.Number != EmptyNumber) Store(entry.Code, entry.Number);
        }
        Store(code, number);
    }

    /// <summary>Forgets all folders.</summary>
    public void Clear() => (known, count) = (NewTable(64), 0);

    private static (ulong, int)[] NewTable(int size)
    {
        var table = new (ulong Code, int Number)[size];
        Array.Fill(table, (0UL, EmptyNumber));
        return table;
    }

    private void Store(ulong code, int number)
    {
        var at = Place(code);
        while (known[at].Number != EmptyNumber) at = (at + 1) & (known.Length - 1);
        known[at] = (code, number);
    }

    private int Place(ulong code) => (int)((code * 0x9E3779B97F4A7C15) >> (64 - BitOperations.Log2((uint)known.Length)));

    /// <summary>Numbers of another dictionary mean other texts.</summary>
    private void Renew(int folder, Column column)
    {
        var dictionary = (column as Utf8DictionaryColumn)?.Dictionary;
        if (dictionaries[folder] == dictionary) return;
        dictionaries[folder] = dictionary;
        Clear();
    }

    private static int Shift(Column column) => column switch
    {
        FixedColumn<int> or Utf8DictionaryColumn => 32,
        FixedColumn<bool> => 1,
        _ => 65,
    };

    private static void Add(Column column, Span<ulong> into)
    {
        switch (column)
        {
            case FixedColumn<bool> flags:
                for (var row = 0; row < into.Length; row++) into[row] = into[row] << 1 | (flags.Values[row] ? 1UL : 0);
                break;
            case FixedColumn<int> days:
                AddWords(days.Values, into);
                break;
            case Utf8DictionaryColumn texts:
                AddWords(texts.Ids, into);
                break;
        }
    }

    private static void AddWords(ReadOnlySpan<int> words, Span<ulong> into)
    {
        for (var row = 0; row < into.Length; row++) into[row] = into[row] << 32 | (uint)words[row];
    }
}

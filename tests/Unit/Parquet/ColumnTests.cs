using System.Text;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Unit.Parquet;

public sealed class ColumnTests
{
    [Fact]
    public void Appended_rows_keep_their_values_and_nulls()
    {
        var source = new Utf8Column();
        source.Append("zero"u8);
        source.AppendNull();
        source.Append("two"u8);
        var target = new Utf8Column();
        target.Append("first"u8);
        target.AppendRows(source, [2, 0]);
        target.AppendRows(source, [1, 2]);
        Assert.Equal(["first", "two", "zero", null, "two"], Texts(target));
        Assert.Equal(1, target.NullCount);
        target.Truncate(3);
        target.AppendRows(source, [0]);
        Assert.Equal(["first", "two", "zero", "zero"], Texts(target));
        Assert.True(target.Presence.IsEmpty);
    }

    [Fact]
    public void Rows_move_between_dictionaries_by_their_texts()
    {
        var (source, target) = (new Utf8DictionaryColumn(new Utf8Dictionary()), new Utf8DictionaryColumn(new Utf8Dictionary()));
        source.AppendNull();
        source.Append("a"u8);
        source.Append("b"u8);
        target.Append("b"u8);
        target.AppendRows(source, [2, 1, 0]);
        Assert.Equal([0, 0, 1, 0], target.Ids.ToArray());
        Assert.Equal("a"u8.ToArray(), target[2].ToArray());
        Assert.True(target.IsNull(3));
        Assert.True(target[3].IsEmpty);
    }

    [Fact]
    public void A_column_of_another_class_is_refused() => Assert.Equal(
        "Rows of a Utf8DictionaryColumn cannot be appended to a Utf8Column. (Parameter 'source')",
        Assert.Throws<ArgumentException>(() => new Utf8Column().AppendRows(new Utf8DictionaryColumn(new Utf8Dictionary()), [])).Message);

    [Fact]
    public void A_dictionary_numbers_texts_by_first_use_and_starts_again_when_cleared()
    {
        var dictionary = new Utf8Dictionary();
        for (var round = 0; round < 3; round++)
        {
            // Every length on both sides of the hash's words, and enough texts to grow several times.
            var texts = Enumerable.Range(0, 3000).Select(i => Encoding.UTF8.GetBytes(new string('x', i % 40) + (i + round))).ToList();
            for (var i = 0; i < texts.Count; i++) Assert.Equal(i, dictionary.Intern(texts[i]));
            for (var i = 0; i < texts.Count; i++) Assert.Equal(i, dictionary.Intern(texts[i]));
            Assert.Equal(texts[^1], dictionary[2999].ToArray());
            dictionary.Clear();
            Assert.Equal(0, dictionary.Count);
        }
    }

    private static List<string?> Texts(Utf8Column column) =>
        [.. Enumerable.Range(0, column.Count).Select(row => column.IsNull(row) ? null : Encoding.UTF8.GetString(column[row]))];
}

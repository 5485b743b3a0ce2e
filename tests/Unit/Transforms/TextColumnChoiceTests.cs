using System.Text;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class TextColumnChoiceTests
{
    private const int Records = 5_000;

    [Fact]
    public void Texts_that_hardly_repeat_are_kept_in_full_from_the_next_batch_on()
    {
        var (user, platform) = Decode(record => record);
        Assert.IsType<Utf8Column>(user);
        Assert.IsType<Utf8DictionaryColumn>(platform);
        Assert.Equal("user_4999", Encoding.UTF8.GetString(user[Records - 1]));
    }

    [Fact]
    public void Texts_that_repeat_stay_numbers_of_a_dictionary()
    {
        var (user, _) = Decode(record => record % 100);
        Assert.Equal(100, Assert.IsType<Utf8DictionaryColumn>(user).Dictionary.Count);
        Assert.Equal("user_99", Encoding.UTF8.GetString(user[Records - 1]));
    }

    [Fact]
    public void A_batch_that_holds_rows_keeps_its_columns()
    {
        var block = Block(record => record);
        var (decoder, batch) = (Decoder(), RecordBatches.For(Given.UserActions));
        for (var round = 0; round < 2; round++) decoder.Decode(block, batch, new RejectionList(), new());
        Assert.IsType<Utf8DictionaryColumn>(User(batch));
        Assert.Equal(2 * Records, batch.Rows);
    }

    private static (TextColumn User, TextColumn Platform) Decode(Func<int, int> user)
    {
        var block = Block(user);
        var (decoder, batch) = (Decoder(), RecordBatches.For(Given.UserActions));
        for (var round = 0; round < 2; round++)
        {
            batch.Clear();
            decoder.Decode(block, batch, new RejectionList(), new());
        }
        return (User(batch), (TextColumn)batch.Columns[Given.UserActions.IndexOf("platform")]);
    }

    private static TextColumn User(RecordBatch batch) => (TextColumn)batch.Columns[Given.UserActions.IndexOf("user_id")];

    private static JsonDecoder Decoder() => new(JsonDecodePlan.Compile(Given.UserActions));

    private static SegmentBlock Block(Func<int, int> user) =>
        Given.Block(Enumerable.Range(0, Records).Select(i => Given.Record(i, Given.Event.Replace("user_1", $"user_{user(i)}"))));
}

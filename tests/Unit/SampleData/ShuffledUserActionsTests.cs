using System.Text;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Unit.Transforms;

namespace Pipeline.Tests.Unit.SampleData;

public sealed class ShuffledUserActionsTests
{
    [Fact]
    public void Every_event_is_accepted_and_hardly_two_in_a_row_have_the_same_keys_in_the_same_order()
    {
        using var stream = new MemoryStream();
        ShuffledUserActions.Write(stream, 5_000);
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var decoded = Given.Decode(Given.UserActions, lines);
        Assert.Equal((5_000, 0), (decoded.Batch.Rows, decoded.Rejections.Count));
        Assert.InRange(lines.Zip(lines.Skip(1)).Count(pair => Keys(pair.First) == Keys(pair.Second)), 0, 100);
    }

    private static string Keys(string line) => string.Concat(line.Split('"').Where((_, i) => i % 2 == 1 && line.Contains($"\"{line.Split('"')[i]}\":")));
}

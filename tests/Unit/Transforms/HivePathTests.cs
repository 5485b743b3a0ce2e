using System.Text;
using Pipeline.Transforms.Lake;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class HivePathTests
{
    [Theory]
    [InlineData("view", "c=view")]
    [InlineData("a/b", "c=a%2Fb")]
    [InlineData("x=y", "c=x%3Dy")]
    [InlineData("50% off", "c=50%25 off")]
    [InlineData("ünïcode 😀", "c=ünïcode 😀")]
    [InlineData("..", "c=..")]
    [InlineData("a\tb\u007F", "c=a%09b%7F")]
    [InlineData("\"#%'*/:=?\\{[]^", "c=%22%23%25%27%2A%2F%3A%3D%3F%5C%7B%5B%5D%5E")]
    [InlineData("__HIVE_DEFAULT_PARTITION__", "c=%5F_HIVE_DEFAULT_PARTITION__")]
    [InlineData("%2F", "c=%252F")]
    [InlineData("null", "c=%6Eull")]
    [InlineData("nullable", "c=nullable")]
    public void A_value_is_escaped_as_hive_does_and_comes_back(string value, string folder)
    {
        Assert.Equal(folder, HivePath.Folder("c", Encoding.UTF8.GetBytes(value)));
        Assert.Equal(value, HivePath.Unescape(folder[2..]));
    }

    [Fact]
    public void A_null_has_a_folder_of_its_own()
    {
        Assert.Equal("c=__HIVE_DEFAULT_PARTITION__", HivePath.NullFolder("c"));
        Assert.Null(HivePath.Unescape(HivePath.NullValue));
    }

    [Fact]
    public void Any_text_comes_back_and_its_size_is_known_before()
    {
        const int seed = 7;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var value = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => new Rune(random.Next(5) == 0 ? random.Next(0xE000, 0x10FFFF) : random.Next(128))));
            var folder = HivePath.Folder("c", Encoding.UTF8.GetBytes(value));
            Assert.Equal(value, HivePath.Unescape(folder[2..]));
            Assert.Equal(Encoding.UTF8.GetByteCount(folder), HivePath.FolderBytes("c", Encoding.UTF8.GetBytes(value)));
            Assert.DoesNotContain('/', folder);
        }
    }
}

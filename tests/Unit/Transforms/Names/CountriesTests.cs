using System.Text;
using Pipeline.Transforms.Names;

namespace Pipeline.Tests.Unit.Transforms.Names;

public sealed class CountriesTests
{
    [Theory]
    [InlineData("DE", "DE")]
    [InlineData("deu", "DE")]
    [InlineData(" Germany ", "DE")]
    [InlineData("Côte d'Ivoire", "CI")]
    [InlineData("CÔTE D'IVOIRE", "CI")]
    [InlineData("ivory coast", "CI")]
    [InlineData("Korea (the Republic of)", "KR")]
    [InlineData("South Korea", "KR")]
    [InlineData("UK", "GB")]
    [InlineData("United Kingdom", "GB")]
    [InlineData("USA", "US")]
    [InlineData("United States", "US")]
    [InlineData("Türkiye", "TR")]
    [InlineData("TURKEY", "TR")]
    [InlineData("Palestine, State of", "PS")]
    [InlineData("XX", null)]
    [InlineData("Europe", null)]
    [InlineData("", null)]
    [InlineData("D", null)]
    public void Codes_and_names_give_the_code(string text, string? code) =>
        Assert.Equal(code ?? "", Encoding.ASCII.GetString(Countries.CodeOf(Encoding.UTF8.GetBytes(text))));
}

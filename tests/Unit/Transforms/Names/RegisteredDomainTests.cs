using System.Text;
using Pipeline.Transforms.Names;

namespace Pipeline.Tests.Unit.Transforms.Names;

public sealed class RegisteredDomainTests
{
    // The upper part are vectors of https://github.com/publicsuffix/list/blob/main/tests/test_psl.txt for rules that are in the selection.
    [Theory]
    [InlineData("COM", null)]
    [InlineData("example.COM", "example.com")]
    [InlineData("WwW.example.COM", "example.com")]
    [InlineData("example", null)]
    [InlineData("a.b.example.example", "example.example")]
    [InlineData("biz", null)]
    [InlineData("a.b.domain.biz", "domain.biz")]
    [InlineData("example.uk.com", "uk.com")]
    [InlineData("ac.jp", null)]
    [InlineData("www.test.ac.jp", "test.ac.jp")]
    [InlineData("c.kobe.jp", null)]
    [InlineData("a.b.c.kobe.jp", "b.c.kobe.jp")]
    [InlineData("city.kobe.jp", "city.kobe.jp")]
    [InlineData("www.city.kobe.jp", "city.kobe.jp")]
    [InlineData("ck", null)]
    [InlineData("test.ck", null)]
    [InlineData("a.b.test.ck", "b.test.ck")]
    [InlineData("www.ck", "www.ck")]
    [InlineData("www.www.ck", "www.ck")]
    [InlineData("shop.example.co.uk", "example.co.uk")]
    [InlineData("co.uk", null)]
    [InlineData("pages.someone.github.io", "someone.github.io")]
    // Addresses
    [InlineData("https://user:secret@www.Example.com:8443/a?b=http://other.org#c", "example.com")]
    [InlineData("  http://example.com.  ", "example.com")]
    [InlineData("//cdn.example.net/x", "example.net")]
    [InlineData("news.example.org/path/to", "example.org")]
    [InlineData("example.org?u=https://other.net/", "example.org")]
    [InlineData("android-app://com.example.game", "example.game")]
    [InlineData("https://bücher.example/", "xn--bcher-kva.example")]
    [InlineData("http://例え.テスト/", "xn--r8jz45g.xn--zckzah")]
    // No names
    [InlineData("http://192.168.0.1/", null)]
    [InlineData("[2001:db8::1]:80", null)]
    [InlineData("http://a..b.com", null)]
    [InlineData("https://", null)]
    [InlineData("", null)]
    [InlineData("http://exa mple.com", null)]
    [InlineData("http://%65xample.com", null)]
    [InlineData("http:example.com", null)]
    public void The_registered_domain_is_the_public_suffix_and_one_label(string address, string? domain)
    {
        var host = new HostName().Of(Encoding.UTF8.GetBytes(address)).ToArray();
        var at = host.Length == 0 ? -1 : PublicSuffixes.Default.RegisteredAt(host);
        Assert.Equal(domain, at < 0 ? null : Encoding.ASCII.GetString(host.AsSpan(at)));
    }

    [Fact]
    public void Names_that_are_too_long_are_none()
    {
        var label = new string('a', 63);
        var longest = string.Join('.', label, label, label, new string('a', 57), "com");
        Assert.Equal(253, new HostName().Of(Encoding.ASCII.GetBytes(longest)).Length);
        Assert.True(new HostName().Of(Encoding.ASCII.GetBytes($"a{longest}")).IsEmpty);
        Assert.True(new HostName().Of(Encoding.ASCII.GetBytes($"{label}a.com")).IsEmpty);
        Assert.True(new HostName().Of(Encoding.UTF8.GetBytes($"ü{new string('ü', 400)}.com")).IsEmpty);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Transforms.Masking;

namespace Pipeline.Tests.Unit.Transforms.Masking;

public sealed class IpNetworkTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0/24")]
    [InlineData("255.255.255.255", "255.255.255.0/24")]
    [InlineData("0.0.0.0", "0.0.0.0/24")]
    [InlineData("2001:db8:7:1::99", "2001:db8:7::/48")]
    [InlineData("2001:DB8:0007:0001:0000:0000:0000:0099", "2001:db8:7::/48")]
    [InlineData("2001:db8::1", "2001:db8::/48")]
    [InlineData("2001::1", "2001::/48")]
    [InlineData("::", "::/48")]
    [InlineData("::1", "::/48")]
    [InlineData("0:0:1:2:3:4:5:6", "0:0:1::/48")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3::/48")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff::/48")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.0/24")]
    [InlineData("::FFFF:cb00:7107", "203.0.113.0/24")]
    [InlineData("64:ff9b::203.0.113.7", "64:ff9b::/48")]
    public void An_address_is_cut_to_its_network(string address, string network) => Assert.Equal(network, Of(address));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.-4")]
    [InlineData("+1.2.3.4")]
    [InlineData("01.2.3.4")]
    [InlineData("0x7f.0.0.1")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("1.2.3.4:80")]
    [InlineData("1..3.4")]
    [InlineData("localhost")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4::5:6:7:8")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("1.2.3.4::")]
    [InlineData("::1.2.3.4:5")]
    [InlineData("2001:db8::/32")]
    public void What_is_no_address_is_refused(string text)
    {
        Assert.Null(Of(text));
        Assert.False(IpNetwork.IsAddress(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Every_address_the_runtime_writes_is_read_and_cut_as_its_bits_say()
    {
        var random = new Random(4291);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = new byte[random.Next(3) == 0 ? 4 : 16];
            for (var at = 0; at < bytes.Length; at++) bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)random.Next(256);
            var address = new IPAddress(bytes);
            var kept = address.IsIPv4MappedToIPv6 ? address.MapToIPv4().GetAddressBytes() : bytes;
            Array.Clear(kept, kept.Length == 4 ? 3 : 6, kept.Length - (kept.Length == 4 ? 3 : 6));
            var cut = IPNetwork.Parse(Of(address.ToString())!);
            Assert.Equal(new IPAddress(kept), cut.BaseAddress);
            Assert.Equal(cut.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 24 : 48, cut.PrefixLength);
            Assert.Equal(cut.ToString(), Of(address.ToString()));
        }
    }

    private static string? Of(string text)
    {
        Span<byte> into = stackalloc byte[IpNetwork.MaxBytes];
        return IpNetwork.TryWrite(Encoding.UTF8.GetBytes(text), into, out var written) ? Encoding.UTF8.GetString(into[..written]) : null;
    }
}

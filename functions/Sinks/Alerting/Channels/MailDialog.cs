using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>The beginning of a submission, by hand because SmtpClient has no end before the mail: greeting, STARTTLS, AUTH LOGIN.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc5321#section-4.2 and https://www.rfc-editor.org/rfc/rfc3207; SmtpClient signs in by AUTH
/// LOGIN.</remarks>
internal sealed class MailDialog(ChannelOptions server, bool requireTls) : IDisposable
{
    private const int Ready = 220, Done = 250, SignedIn = 235, GoOn = 334;

    private readonly TcpClient client = new();
    private Stream stream = Stream.Null;
    private StreamReader answers = StreamReader.Null;

    /// <summary>Goes as far as the server lets the user begin a mail, and says goodbye.</summary>
    /// <returns>Where it ended before that, as a sentence; null when it did not.</returns>
    /// <exception cref="IOException">The server broke off.</exception>
    /// <exception cref="SocketException">It could not be reached.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">Its certificate is not trusted.</exception>
    public async Task<string?> BeginAsync(CancellationToken stopping)
    {
        await client.ConnectAsync(server.Host, server.Port, stopping);
        Over(client.GetStream());
        var (code, _) = await AnswerAsync(stopping);
        if (code != Ready) return Refusal(code, "is connected to");
        (code, var offers) = await AskAsync($"EHLO {Environment.MachineName}", stopping);
        if (code != Done) return Refusal(code, "is greeted");
        if (requireTls)
        {
            if (!offers.Contains("STARTTLS")) return "The mail server does not offer STARTTLS, and nothing is sent to it without.";
            (code, _) = await AskAsync("STARTTLS", stopping);
            if (code != Ready) return Refusal(code, "is to speak TLS");
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.Host }, stopping);
            Over(tls);
            (code, offers) = await AskAsync($"EHLO {Environment.MachineName}", stopping);
            if (code != Done) return Refusal(code, "is greeted");
        }
        if (server.Username.Length > 0 && await SignInAsync(offers, stopping) is { } refusal) return refusal;
        await AskAsync("QUIT", stopping);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream.Dispose();
        client.Dispose();
    }

    private async Task<string?> SignInAsync(IReadOnlyList<string> offers, CancellationToken stopping)
    {
        var ways = offers.Where(offer => offer.StartsWith("AUTH ", StringComparison.Ordinal)).SelectMany(offer => offer.Split(' '));
        if (!ways.Contains("LOGIN")) return "The mail server does not offer AUTH LOGIN, by which its user would sign in.";
        var (code, _) = await AskAsync($"AUTH LOGIN {Base64(server.Username)}", stopping);
        if (code == GoOn) (code, _) = await AskAsync(Base64(server.Password), stopping);
        return code == SignedIn ? null : $"The mail server refuses the user or the password ({code}).";
    }

    private static string Refusal(int code, string when) => $"The mail server answers {code} when it {when}.";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private void Over(Stream next) => (stream, answers) = (next, new StreamReader(next, Encoding.UTF8));

    private async Task<(int Code, IReadOnlyList<string> Lines)> AskAsync(string command, CancellationToken stopping)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"), stopping);
        return await AnswerAsync(stopping);
    }

    // Lines of an answer have its code and a hyphen, the last one a blank.
    private async Task<(int Code, IReadOnlyList<string> Lines)> AnswerAsync(CancellationToken stopping)
    {
        var lines = new List<string>();
        while (await answers.ReadLineAsync(stopping) is { Length: >= 3 } line
            && int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            lines.Add(line.Length > 4 ? line[4..].ToUpperInvariant() : "");
            if (line.Length == 3 || line[3] == ' ') return (code, lines);
        }
        throw new IOException("The mail server ended the dialog.");
    }
}

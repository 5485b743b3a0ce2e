using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>A mail server that speaks SMTP (RFC 5321) as far as submission needs it, and breaks off where it is told.</summary>
internal sealed class MailServer : IDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource ending = new();
    private readonly X509Certificate2? certificate;
    private readonly ConcurrentQueue<Mail> mails = new();
    private readonly ConcurrentQueue<string> commands = new();

    /// <param name="certificate">With it STARTTLS is offered.</param>
    public MailServer(X509Certificate2? certificate = null)
    {
        this.certificate = certificate;
        listener = new(IPAddress.Any, 0);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it breaks off: behind a command, or with <c>taken</c> when it has the mail and has not said so.</summary>
    public string? BreaksOffAt { get; set; }

    /// <summary>The command behind which it says nothing more.</summary>
    public string? HangsAt { get; set; }

    /// <summary>The receiver it does not know.</summary>
    public string? Refuses { get; set; }

    /// <summary>It lets nobody sign in.</summary>
    public bool RefusesPassword { get; init; }

    /// <summary>Its certificate, for those who trust it.</summary>
    public string Pem => certificate!.ExportCertificatePem();

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it took, in order.</summary>
    public IReadOnlyList<Mail> Mails => [.. mails];

    /// <summary>Every line it was told that is not of a mail, and whether it was told under TLS.</summary>
    public IReadOnlyList<string> Commands => [.. commands];

    public void Dispose()
    {
        ending.Cancel();
        listener.Stop();
        certificate?.Dispose();
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await TalkAsync(client.GetStream());
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The sender hung up.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var receivers = new List<string>();
        var reader = new StreamReader(stream, Encoding.UTF8);
        await SayAsync(stream, "220 mail.example.com");
        while (await reader.ReadLineAsync() is { } line)
        {
            commands.Enqueue($"{(stream is SslStream ? "tls" : "plain")} {line}");
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == BreaksOffAt) return;
            if (verb == HangsAt) await Task.Delay(Timeout.Infinite, ending.Token);
            switch (verb)
            {
                case "EHLO":
                    var offer = certificate is null || stream is SslStream ? "AUTH LOGIN" : "STARTTLS";
                    await SayAsync(stream, $"250-mail.example.com\r\n250 {offer}");
                    break;
                case "STARTTLS":
                    await SayAsync(stream, "220 go on");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(certificate!);
                    (stream, reader) = (tls, new StreamReader(tls, Encoding.UTF8));
                    break;
                case "AUTH":
                    await SayAsync(stream, "334 UGFzc3dvcmQ6");
                    commands.Enqueue($"{(stream is SslStream ? "tls" : "plain")} {await reader.ReadLineAsync()}");
                    await SayAsync(stream, RefusesPassword ? "535 no" : "235 ok");
                    break;
                case "RCPT" when Refuses is not null && line.Contains(Refuses, StringComparison.Ordinal):
                    await SayAsync(stream, "550 no such user");
                    break;
                case "RCPT":
                    receivers.Add(line);
                    await SayAsync(stream, "250 ok");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on");
                    mails.Enqueue(new([.. receivers], await DataAsync(reader)));
                    if (BreaksOffAt == "taken") return;
                    await SayAsync(stream, "250 ok");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    private static async Task<string> DataAsync(StreamReader reader)
    {
        var data = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
            data.AppendLine(line.StartsWith("..", StringComparison.Ordinal) ? line[1..] : line);
        return data.ToString();
    }

    private static async Task SayAsync(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line}\r\n"));

    /// <summary>A mail as it came.</summary>
    public sealed record Mail(IReadOnlyList<string> Receivers, string Data)
    {
        /// <summary>The value of a header; empty without it.</summary>
        public string Header(string name) => Data.Split('\n').TakeWhile(line => line.TrimEnd().Length > 0)
            .FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";
    }
}

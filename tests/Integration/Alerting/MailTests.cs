using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Sinks.Alerting;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Alerting;

public sealed class MailTests(PostgresServer postgres)
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(11);

    [Theory]
    [InlineData("EHLO")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData("taken")]
    public async Task A_mail_server_that_breaks_off_gets_the_mail_again_under_its_message_id(string at)
    {
        using var server = new MailServer { BreaksOffAt = at };
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("mail", Mail(server))));
        await world.RaiseAsync("a");
        Assert.Equal(0, await world.DeliverAsync());
        server.BreaksOffAt = null;
        Assert.Equal(1, await world.DeliverAfterAsync(Later));
        Assert.Single(server.Mails.Select(mail => mail.Header("Message-ID")).Distinct());
        Assert.Equal(at == "taken" ? 2 : 1, server.Mails.Count);
    }

    [Theory]
    [InlineData("EHLO")]
    [InlineData("DATA")]
    public async Task A_mail_server_that_says_nothing_is_left_after_the_time_out_and_tried_again(string at)
    {
        using var server = new MailServer { HangsAt = at };
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.Impatient(AlertWorld.With(("mail", Mail(server)))));
        await world.RaiseAsync("a");
        Assert.Equal(0, await world.DeliverAsync());
        server.HangsAt = null;
        await world.DeliverUntilAsync(() => server.Mails.Count > 0);
        Assert.Single(server.Mails.Select(mail => mail.Header("Message-ID")).Distinct());
    }

    [Fact]
    public async Task A_mail_has_text_and_html_and_mails_of_one_incident_stand_together()
    {
        using var server = new MailServer();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("mail", Mail(server))));
        await world.RaiseAsync("a");
        await world.DeliverAsync();
        await world.ResolveAsync("a");
        await world.DeliverAsync();
        var (raised, resolved) = (server.Mails[0], server.Mails[1]);
        Assert.Equal(
            ["Critical: shard_stopped of orders (a)", "Resolved: shard_stopped of orders (a)"],
            server.Mails.Select(mail => mail.Header("Subject")));
        var parts = raised.Data.Split("Content-Type: ").Select(part => part.Split(';')[0]);
        Assert.Equal(["multipart/alternative", "text/plain", "text/html"], parts.Skip(1));
        Assert.Equal(raised.Header("References"), resolved.Header("References"));
        Assert.NotEqual(raised.Header("Message-ID"), resolved.Header("Message-ID"));
        Assert.Equal("<ops@example.com>", raised.Receivers[0].Split(':')[1]);
    }

    [Fact]
    public async Task A_receiver_that_is_refused_does_not_make_the_others_get_it_again()
    {
        using var server = new MailServer { Refuses = "canary" };
        var channel = Mail(server) with { To = "ops@example.com, canary@example.com" };
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("mail", channel)));
        await world.RaiseAsync("a");
        Assert.Equal(1, await world.DeliverAsync());
        Assert.Equal(0, await world.DeliverAfterAsync(Later));
        Assert.Single(server.Mails);
        Assert.Equal(
            ["delivered|The mail server refuses 1 of 2 receivers. Look at its To."],
            await world.LinesAsync("SELECT state, last_error FROM pipeline.alert_message"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Beyond_this_machine_nothing_is_said_without_a_trusted_tls(bool offersTls)
    {
        using var server = new MailServer(offersTls ? SelfSigned() : null);
        var channel = Mail(server) with { Host = Dns.GetHostName(), Username = "canary-user", Password = "canary-password" };
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("mail", channel)));
        await world.RaiseAsync("a");
        Assert.Equal(0, await world.DeliverAsync());
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(
            server.Commands, line => line.Contains("AUTH", StringComparison.Ordinal) || line.Contains("MAIL", StringComparison.Ordinal));
        Assert.DoesNotContain("canary", Assert.Single(await world.LinesAsync("SELECT last_error FROM pipeline.alert_message")));
    }

    [Fact]
    public async Task To_a_server_whose_certificate_is_trusted_mail_and_password_go_under_tls()
    {
        using var server = new MailServer(SelfSigned());
        var channel = Mail(server) with { Host = Dns.GetHostName(), Username = "user", Password = "password" };
        const string At = "Alerts__Channels__mail__";
        using var app = new FunctionApp(
            postgres.CreateDatabase(), "127.0.0.1:1", ($"{At}Kind", "email"), ($"{At}Host", channel.Host), ($"{At}Port", $"{channel.Port}"),
            ($"{At}Username", "user"), ($"{At}Password", "password"), ($"{At}From", channel.From), ($"{At}To", channel.To));
        var authority = Path.Combine(app.Home, "authority.pem");
        File.WriteAllText(authority, server.Pem);
        app.Set("SSL_CERT_FILE", authority);
        var (code, text, errors) = await app.RunVerbAsync(["alerts", "--test"], TestContext.Current.CancellationToken);
        Assert.True(code == 0, text + errors + string.Join('\n', server.Commands));
        Assert.Contains("mail (email): delivered", text);
        Assert.Equal(2, server.Mails.Count);
        Assert.All(server.Commands.Where(line => line.Contains("AUTH", StringComparison.Ordinal)), line => Assert.StartsWith("tls ", line));
        Assert.Contains(server.Commands, line => line.StartsWith("tls AUTH", StringComparison.Ordinal));
    }

    private static ChannelOptions Mail(MailServer server) =>
        new() { Kind = "email", Host = "127.0.0.1", Port = server.Port, From = "pipeline@example.com", To = "ops@example.com" };

    /// <summary>A certificate of this machine's name that nobody trusts yet.</summary>
    internal static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={Dns.GetHostName()}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Dns.GetHostName());
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}

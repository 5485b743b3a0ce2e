using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Pipeline.Sinks.Alerting.Channels;

/// <summary>People by e-mail, as text and as HTML. Its Message-ID is the message's key: a repeated try is the same mail.</summary>
/// <param name="server">Where and as whom it is submitted.</param>
/// <param name="requireTls">Whether nothing, least of all the password, is sent before STARTTLS.</param>
/// <remarks>https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4</remarks>
public sealed class EmailChannel(
    ChannelOptions server, bool requireTls, int groupLimit, TimeSpan timeout, TimeProvider time) : IAlertChannel
{
    private const int SubjectCharacters = 200;

    /// <inheritdoc/>
    public int AlertsPerMessage => int.MaxValue;

    /// <inheritdoc/>
    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        using var client = new SmtpClient(server.Host, server.Port) { EnableSsl = requireTls };
        if (server.Username.Length > 0) client.Credentials = new NetworkCredential(server.Username, server.Password);
        using var mail = Write(message);
        try
        {
            await client.SendMailAsync(mail, either.Token);
            return SendOutcome.Delivered;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return SendOutcome.Failed($"The mail server did not answer within {timeout.TotalSeconds:0} s.");
        }
        catch (SmtpException error)
        {
            return Judge(error, mail.To.Count);
        }
        catch (AuthenticationException)
        {
            return Untrusted;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> ReachAsync(CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            using var dialog = new MailDialog(server, requireTls);
            return await dialog.BeginAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return $"The mail server did not answer within {timeout.TotalSeconds:0} s.";
        }
        catch (AuthenticationException)
        {
            return Untrusted.Error;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            var why = error is SocketException socket ? $" ({socket.SocketErrorCode})" : "";
            return $"The mail server could not be reached, or broke off{why}.";
        }
    }

    private static SendOutcome Untrusted { get; } = SendOutcome.RefusedBy("The mail server's certificate is not trusted.");

    // The texts of its errors repeat what the server says, which may repeat what it was told.
    private static SendOutcome Judge(SmtpException error, int receivers)
    {
        var refused = error switch
        {
            SmtpFailedRecipientsException many => many.InnerExceptions.Length, SmtpFailedRecipientException => 1, _ => receivers,
        };
        return error switch
        {
            // Sent to the others: who tried again would mail them again.
            _ when refused < receivers => new(true, $"The mail server refuses {refused} of {receivers} receivers. Look at its To."),
            { InnerException: AuthenticationException } => Untrusted,
            { StatusCode: SmtpStatusCode.GeneralFailure } => SendOutcome.Failed("The mail server could not be reached, or broke off."),
            { StatusCode: >= (SmtpStatusCode)500 } =>
                SendOutcome.RefusedBy(
                    $"The mail server refuses it: {(int)error.StatusCode} ({error.StatusCode}). Look at Alerts:Channels."),
            _ => SendOutcome.Failed($"The mail server answered {(int)error.StatusCode} ({error.StatusCode})."),
        };
    }

    private MailMessage Write(AlertMessage message)
    {
        var domain = new MailAddress(server.From).Host;
        var mail = new MailMessage
        {
            From = new(server.From), Subject = AlertWords.Cut(OneLine(AlertWords.Title(message)), SubjectCharacters),
            SubjectEncoding = Encoding.UTF8, Body = Text(message), BodyEncoding = Encoding.UTF8, IsBodyHtml = false,
        };
        foreach (var receiver in RouteOptions.Items(server.To)) mail.To.Add(new MailAddress(receiver));
        mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(Html(message), Encoding.UTF8, MediaTypeNames.Text.Html));
        mail.Headers.Add("Message-ID", $"<{message.Key}@{domain}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        // Mails of one incident stand together.
        if (message.Alerts is [var only]) mail.Headers.Add("References", $"<{only.Thread}@{domain}>");
        return mail;
    }

    private string Text(AlertMessage message)
    {
        var text = new StringBuilder();
        foreach (var alert in message.Alerts.Take(groupLimit))
        {
            text.Append(AlertWords.Title(message.Event, alert)).Append("\r\n\r\n").Append(alert.Text).Append("\r\n\r\n");
            foreach (var (name, value) in AlertWords.Details(message.Event, alert))
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            text.Append("\r\n");
        }
        return text.Append(AlertWords.Rest(message, groupLimit)).ToString();
    }

    private string Html(AlertMessage message)
    {
        var html = new StringBuilder("<!DOCTYPE html><html><body style=\"font-family:sans-serif\">");
        foreach (var alert in message.Alerts.Take(groupLimit))
        {
            html.Append("<h3>").Append(Encoded(AlertWords.Title(message.Event, alert))).Append("</h3><p>").Append(Encoded(alert.Text));
            html.Append("</p><table>");
            foreach (var (name, value) in AlertWords.Details(message.Event, alert))
                html.Append($"<tr><th align=\"left\">{Encoded(name)}</th><td>{Encoded(value)}</td></tr>");
            html.Append("</table>");
        }
        if (AlertWords.Rest(message, groupLimit) is { } rest) html.Append("<p>").Append(Encoded(rest)).Append("</p>");
        return html.Append("</body></html>").ToString();
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}

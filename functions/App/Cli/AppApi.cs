using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Domain.Failures;

namespace Pipeline.App.Cli;

/// <summary>The HTTP API of a running app.</summary>
/// <param name="key">The function key; null where the app asks for none.</param>
internal sealed class AppApi(Uri address, string? key) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Asks, and returns the answer's JSON.</summary>
    /// <param name="path">From the root.</param>
    /// <param name="body">Becomes JSON, members that are null left out; null for none.</param>
    /// <exception cref="TransientException">The app does not answer, or cannot now.</exception>
    /// <exception cref="TerminalException">It refuses; the message has every fault it names.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body,
                options: new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull });
        if (key is not null) request.Headers.Add("x-functions-key", key);
        try
        {
            using var response = await http.SendAsync(request, stopping);
            var text = await response.Content.ReadAsStringAsync(stopping);
            return response.IsSuccessStatusCode ? JsonElement.Parse(text.Length == 0 ? "{}" : text)
                : throw Refused(response.StatusCode, text);
        }
        catch (HttpRequestException error)
        {
            throw new TransientException(
                $"The app at {address} does not answer ({error.HttpRequestError}). Start it, or name another with --url.", error);
        }
        catch (TaskCanceledException error) when (!stopping.IsCancellationRequested)
        {
            throw new TransientException($"The app at {address} did not answer within {http.Timeout.TotalSeconds:0} seconds.", error);
        }
        catch (JsonException error)
        {
            throw new TerminalException($"What answers at {address} is not this app: the answer is no JSON. Correct --url.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private Exception Refused(HttpStatusCode status, string text) => (int)status switch
    {
        401 or 403 => new TerminalException(
            $"The app at {address} refuses the key ({(int)status}). Name its file with --key-file, or set LocalHost:Keys:default."),
        >= 500 => new TransientException($"The app at {address} answered {(int)status}; try again, and look into its log."),
        _ => new TerminalException($"The app refuses ({(int)status}): {Faults(text)}"),
    };

    private static string Faults(string text)
    {
        try
        {
            var problem = JsonElement.Parse(text);
            var title = problem.TryGetProperty("title", out var said) ? said.ToString() : "";
            return problem.TryGetProperty("faults", out var faults) && faults.GetArrayLength() > 0
                ? string.Join(' ', faults.EnumerateArray().Select(fault => fault.ToString())) : title;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return "it does not say why.";
        }
    }
}

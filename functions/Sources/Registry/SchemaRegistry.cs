using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Failures;
using Pipeline.Transforms.Ports;
using Polly;
using Polly.Retry;

namespace Pipeline.Sources.Registry;

/// <summary>Asks a registry by Confluent's protocol, which Redpanda, Karapace and Apicurio speak too.</summary>
/// <remarks>https://docs.confluent.io/platform/current/schema-registry/develop/api.html#get--schemas-ids-int-id</remarks>
public sealed class SchemaRegistry : ISchemaRegistry
{
    private const int Retries = 3, MaxAnswerBytes = 8 << 20;

    private readonly HttpClient http;
    private readonly Uri url;
    private readonly AuthenticationHeaderValue? credentials;
    private readonly ResiliencePipeline pipeline;

    /// <param name="options">With an address.</param>
    public SchemaRegistry(HttpClient http, RegistryOptions options, TimeProvider time)
    {
        this.http = http;
        url = new Uri(options.Url!.AbsoluteUri.TrimEnd('/') + '/');
        Name = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        if (options.Username.Length != 0)
            credentials = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}")));
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<TransientException>(),
                MaxRetryAttempts = Retries, Delay = TimeSpan.FromSeconds(1), BackoffType = DelayBackoffType.Exponential, UseJitter = true,
            })
            .Build();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task<string?> FindAsync(uint id, CancellationToken stopping) =>
        await pipeline.ExecuteAsync(async token => await AskAsync(id, token), stopping);

    private async Task<string?> AskAsync(uint id, CancellationToken stopping)
    {
        // "resolved" puts the schemas that this one refers to into it.
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, $"schemas/ids/{id}?format=resolved"));
        request.Headers.Authorization = credentials;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw new TerminalException($"The schema registry refuses us ({(int)response.StatusCode}). Correct Registry:Username and Registry:Password.");
            if (!response.IsSuccessStatusCode)
                throw new TransientException($"The schema registry answered {(int)response.StatusCode} when asked for schema {id}; it is asked again.");
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, stopping);
            return SchemaOf(await response.Content.ReadAsByteArrayAsync(stopping), id);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new TransientException($"The schema registry could not be asked for schema {id}; it is asked again.", error);
        }
        catch (TaskCanceledException error) when (!stopping.IsCancellationRequested)
        {
            throw new TransientException($"The schema registry did not answer within {http.Timeout.TotalSeconds:0} s; it is asked again.", error);
        }
    }

    // Without a type a schema is Avro's.
    private static string? SchemaOf(byte[] body, uint id)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            var root = answer.RootElement;
            if (root.TryGetProperty("schemaType", out var type) && type.GetString() != "AVRO") return null;
            return root.GetProperty("schema").GetString();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TransientException($"The schema registry's answer for schema {id} is not of the form agreed; it is asked again.", error);
        }
    }
}

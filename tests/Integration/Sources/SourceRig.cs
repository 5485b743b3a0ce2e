using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Lake;
using Pipeline.Sources.BigQuery;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.Google;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Slices;
using Pipeline.Tests.Integration.SandboxTests;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>The three sources as the app makes them, asking the Sandbox over HTTP, with a folder to land in.</summary>
internal sealed class SourceRig : IAsyncDisposable, ILoggerFactory, ILogger
{
    public static readonly DateOnly Day = new(2026, 10, 1);

    /// <summary>What must never be seen: in a log, a reason, an exception or a landed page. Access tokens of Google's begin like the last.</summary>
    public static readonly string[] Secrets =
        ["sandbox-facebook-canary", "sandbox-app-secret", "sandbox-client-secret", "sandbox-refresh-token", "sandbox-passcode-a", "ya29."];

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"pipeline-sources-{Guid.NewGuid():N}");
    private readonly HttpClient http;
    private readonly List<IDisposable> owned = [];
    private long extractions;

    private SourceRig(SandboxApis apis, HttpMessageHandler? through)
    {
        Apis = apis;
        http = new(through ?? new SocketsHttpHandler());
    }

    public SandboxApis Apis { get; private set; }

    public LeapingClock Clock { get; } = new();

    public FolderStore Segments => new(folder);

    /// <summary>Everything that was said: log lines, reasons of steps, exceptions.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>The options of each source, as they are when it is made.</summary>
    public FacebookOptions FacebookOptions { get; set; } = new();

    public GoogleAdsOptions GoogleOptions { get; set; } = new();

    public CleverTapOptions CleverTapOptions { get; set; } = new();

    public BigQueryOptions BigQueryOptions { get; set; } = new();

    public static async Task<SourceRig> StartAsync(HttpMessageHandler? through = null)
    {
        var rig = new SourceRig(null!, through);
        rig.Apis = await SandboxApis.StartAsync(rig.Clock);
        var url = rig.Apis.Http.BaseAddress!;
        rig.FacebookOptions = new()
        {
            BaseUrl = url, AccessToken = "sandbox-facebook-canary", AppSecret = "sandbox-app-secret", AppId = "190000000000001",
            Accounts = ["1001"], Polls = 4,
        };
        rig.GoogleOptions = new()
        {
            BaseUrl = url, TokenUrl = new(url, "/token"), ClientId = "sandbox-client.apps.googleusercontent.com", ClientSecret = "sandbox-client-secret",
            RefreshToken = "sandbox-refresh-token", LoginCustomerId = "9000000001", Accounts = ["1234567801"],
        };
        rig.CleverTapOptions = new()
        {
            BaseUrl = url,
            Projects = [new() { AccountId = "AAA-111-11ZZ", Passcode = "sandbox-passcode-a", TimeZone = "Asia/Kolkata", Events = ["App Launched"] }],
        };
        rig.BigQueryOptions = new()
        {
            BaseUrl = url, TokenUrl = new(url, "/token"), Project = "shop-analytics", Location = "EU", ServiceAccountFile = ServiceAccountKey.File,
            Streams = [new() { Name = "user_actions", Table = "shop.user_actions", DayColumn = "event_date" }],
        };
        return rig;
    }

    public FacebookSource Facebook() => new(new(http, FacebookOptions, Clock, new Logger<FacebookClient>(this)), FacebookOptions, Segments, Clock);

    public GoogleAdsSource Google()
    {
        var tokens = new GoogleTokens(http, GoogleOptions.Credential, Clock);
        owned.Add(tokens);
        return new(new(http, GoogleOptions, tokens, Clock, new Logger<GoogleAdsClient>(this)), GoogleOptions, Segments, Clock);
    }

    public BigQuerySource BigQuery()
    {
        var tokens = new GoogleTokens(http, BigQueryOptions.Credential, Clock);
        owned.Add(tokens);
        return new(new(http, BigQueryOptions, tokens, Clock), BigQueryOptions, Segments, Clock);
    }

    public CleverTapSource CleverTap() => new(new(http, CleverTapOptions, Clock), CleverTapOptions, Segments, Clock);

    public Extraction Begin(SliceWindow window) => new(++extractions, window, Clock.GetUtcNow());

    /// <summary>A fault, switched on.</summary>
    public Task FaultAsync(
        string platform, string fault, int? next = null, string? endpoint = null, int? rowsAbove = null, int after = 0, double? waitSeconds = null) =>
        Apis.SwitchAsync("faults", new { platform, fault, next, endpoint, rowsAbove, after, waitSeconds });

    /// <summary>The names of all faults that a platform can show.</summary>
    public async Task<List<string>> FaultNamesAsync(string platform)
    {
        var known = (await Apis.GetAsync("/sandbox/faults")).GetProperty("known").GetProperty(platform);
        return [.. known.EnumerateObject().Select(fault => fault.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>Fails when a limit of the provider was exceeded, or a secret was said or landed.</summary>
    public async Task AssertPoliteAndDiscreetAsync(string platform)
    {
        var limits = (await Apis.CountersAsync(platform)).GetProperty("limits");
        Assert.All(limits.EnumerateObject(), limit => Assert.True(limit.Value.GetInt32() == 0, $"{limit.Name}: {limit.Value}"));
        foreach (var secret in Secrets)
        {
            Assert.DoesNotContain(Said, line => line.Contains(secret, StringComparison.Ordinal));
            await foreach (var page in Landed.AllPagesAsync(Segments)) Assert.DoesNotContain(secret, page, StringComparison.Ordinal);
        }
    }

    /// <summary>How often an endpoint was asked.</summary>
    public async Task<int> CallsAsync(string endpoint) => (await Apis.GetAsync("/sandbox/counters")).GetProperty("questions").EnumerateArray()
        .Where(question => question.GetProperty("endpoint").GetString() == endpoint).Sum(question => question.GetProperty("calls").GetInt32());

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        owned.ForEach(each => each.Dispose());
        await Apis.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    ILogger ILoggerFactory.CreateLogger(string categoryName) => this;

    void ILoggerFactory.AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    void IDisposable.Dispose() { }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Said.Enqueue($"{formatter(state, exception)} {exception}");
}

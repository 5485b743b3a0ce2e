using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Sandbox.Apis.Control;

namespace Pipeline.Sandbox.Apis;

/// <summary>The providers' APIs over HTTP at one address: the Graph API, the Google Ads API with its token endpoint, CleverTap,
/// BigQuery.</summary>
public sealed class ApisServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ApisServer(WebApplication app) => this.app = app;

    /// <summary>Where it listens; every API's base address.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <summary>The sample files beside the program.</summary>
    public static string SampleData => Path.Combine(AppContext.BaseDirectory, "data");

    /// <summary>Starts to listen.</summary>
    /// <param name="url">Such as <c>http://127.0.0.1:0</c>; port 0 takes a free one.</param>
    /// <param name="dataFolder">Folder of <c>facebook</c>, <c>google-ads</c>, <c>clevertap</c> and <c>bigquery</c>, each with an <c>accounts.json</c>.</param>
    /// <exception cref="InvalidDataException">A sample file is missing or wrong.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<ApisServer> StartAsync(string url, string dataFolder, TimeProvider time, CancellationToken stopping)
    {
        var providers = new Providers(dataFolder, time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();     // the slim builder leaves out the constraint that routes here have
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        providers.Facebook.Map(app);
        providers.GoogleAds.Map(app);
        providers.CleverTap.Map(app);
        providers.BigQuery.Map(app);
        new ControlApi(providers).Map(app);
        try
        {
            await app.StartAsync(stopping);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new(app);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();
}

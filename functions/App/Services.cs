using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.App.Replays;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Alerting.Channels;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Reconcile;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sources.Attribution;
using Pipeline.Sources.BigQuery;
using Pipeline.Sources.CleverTap;
using Pipeline.Sources.Facebook;
using Pipeline.Sources.Files;
using Pipeline.Sources.Google;
using Pipeline.Sources.GoogleAds;
using Pipeline.Sources.Kafka;
using Pipeline.Sources.Registry;
using Pipeline.Sources.Relational;
using Pipeline.Sources.Slices;
using Pipeline.Sources.Sqs;
using Pipeline.Sinks.Warehouse;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Avro.Messages;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quality;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Rates;

namespace Pipeline.App;

/// <summary>Wires the pipeline's parts to each other and to their settings.</summary>
public static class Services
{
    private const int RegistryTimeoutSeconds = 30;

    /// <summary>Adds everything the functions and the command line use.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => ContractReader.ReadFolder(DatasetFolder(configuration)).Verified());
        services.AddSingleton(_ => new ContractTexts(DatasetFolder(configuration)));
        services.AddSingleton<IRates>(_ => RatesFile.Read(
            configuration["Reference:FxRates"] ?? RatesFile.Below(DatasetFolder(configuration))));
        services.AddSingleton(_ => CampaignsFile.Read(
            configuration["Reference:Campaigns"] ?? CampaignsFile.Below(DatasetFolder(configuration))));
        services.AddSingleton(provider => LedgerSource.Open(provider.Setting<LedgerSettings>().ConnectionString));
        services.AddSingleton<StartUp>();
        return services.AddLedger().AddStores().AddKafka().AddFiles().AddQueues().AddProviders().AddMasks().AddAttribution().AddPublishing()
            .AddAlerting();
    }

    // Contracts of one's own, such as a mounted ConfigMap, take the place of those that came with the program.
    internal static string DatasetFolder(IConfiguration configuration) =>
        configuration["Datasets:Folder"] ?? Path.Combine(AppContext.BaseDirectory, "datasets");

    private static void AddSettings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<LedgerSettings, LedgerSettingsValidator>().Bind(configuration.GetSection("Ledger"));
        services.AddOptionsWithValidateOnStart<LakeSettings, LakeSettingsValidator>().Bind(configuration.GetSection("Lake"));
        services.AddOptionsWithValidateOnStart<SegmentSettings, SegmentSettingsValidator>().Bind(configuration.GetSection("Segments"));
        services.AddOptionsWithValidateOnStart<QuarantineSettings, QuarantineSettingsValidator>().Bind(configuration.GetSection("Quarantine"));
        services.AddOptionsWithValidateOnStart<DropSettings, DropSettingsValidator>().Bind(configuration.GetSection("Drop"))
            .Validate(
                drop => drop.IsApartFrom(configuration["Lake:Root"], configuration["Segments:Root"], configuration["Quarantine:Root"]),
                "Drop:Root lies within Lake:Root, Segments:Root or Quarantine:Root, or one of them within it. Name a place of its own.");
        services.AddOptionsWithValidateOnStart<KafkaSettings, KafkaSettingsValidator>().Bind(configuration);
        services.AddOptionsWithValidateOnStart<PublishSettings, PublishSettingsValidator>().Bind(configuration.GetSection(PublishSettings.Section));
        services.AddOptionsWithValidateOnStart<FacebookOptions, FacebookSettingsValidator>().Bind(configuration.GetSection("Facebook"));
        services.AddOptionsWithValidateOnStart<GoogleAdsOptions, GoogleAdsSettingsValidator>().Bind(configuration.GetSection("GoogleAds"));
        services.AddOptionsWithValidateOnStart<CleverTapOptions, CleverTapSettingsValidator>().Bind(configuration.GetSection("CleverTap"));
        services.AddOptionsWithValidateOnStart<BigQueryOptions, BigQuerySettingsValidator>().Bind(configuration.GetSection("BigQuery"));
        services.AddOptionsWithValidateOnStart<RelationalOptions, RelationalSettingsValidator>()
            .Bind(configuration.GetSection(RelationalOptions.Section));
        services.AddOptionsWithValidateOnStart<RegistryOptions, RegistrySettingsValidator>().Bind(configuration.GetSection("Registry"));
        services.AddOptionsWithValidateOnStart<SqsOptions, SqsSettingsValidator>().Bind(configuration.GetSection(SqsOptions.Section));
        services.AddOptionsWithValidateOnStart<MaskingSettings, MaskingSettingsValidator>()
            .Bind(configuration.GetSection(MaskingSettings.Section));
        services.AddOptionsWithValidateOnStart<AttributionOptions, AttributionSettingsValidator>()
            .Bind(configuration.GetSection(AttributionSettingsValidator.Section));
        services.AddOptionsWithValidateOnStart<AlertOptions, AlertSettingsValidator>().Bind(configuration.GetSection(AlertOptions.Section));
        services.AddOptions<S3Options>().Bind(configuration.GetSection("S3")).ValidateOnStart();
    }

    private static IServiceCollection AddLedger(this IServiceCollection services) => services
        .AddSingleton<ILandingLedger, LandingLedger>()
        .AddSingleton<IQueueLedger, QueueLedger>()
        .AddSingleton<PublicationLedger>()
        .AddSingleton<IPublicationLedger>(provider => provider.GetRequiredService<PublicationLedger>())
        .AddSingleton<IPublicationSessions, PublicationSessions>()
        .AddSingleton<ISliceLedger, SliceLedger>()
        .AddSingleton<IFileLedger, FileLedger>()
        .AddSingleton<ISourceBudget, SourceBudget>()
        .AddSingleton<IAttributionLedger, AttributionLedger>()
        .AddSingleton<IAlerts, Alerts>()
        .AddSingleton<IQualityFacts, QualityReader>()
        .AddSingleton<CheckDataset>()
        .AddSingleton<StatusReader>()
        .AddSingleton<DayReader>()
        .AddSingleton<PublicationList>()
        .AddSingleton<SegmentList>()
        .AddSingleton<Reconciliation>()
        .AddSingleton<PlanHistory>()
        .AddSingleton<AuditLog>()
        .AddSingleton(provider => new SweepLeftovers(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<PublicationStores>(), provider.GetRequiredService<IAlerts>(),
            provider.GetRequiredService<TimeProvider>(), provider.RebuildAsync,
            [.. provider.GetRequiredService<ContractSet>().Contracts.Where(contract => contract.IsReplaceable()).Select(contract => contract.Dataset)]))
        .AddSingleton<QuarantineLedger>()
        .AddSingleton<ReplayPlanner>()
        .AddSingleton<PlanReplays>()
        .AddSingleton<ReplayWait>();

    private static IServiceCollection AddStores(this IServiceCollection services) => services
        .AddSingleton(provider => new PublicationStores(
            Lake: provider.Store(provider.Setting<LakeSettings>().Root),
            Segments: provider.Store(provider.Setting<SegmentSettings>().Root),
            Quarantine: provider.Store(provider.Setting<QuarantineSettings>().Root)))
        .AddSingleton(provider => new SampleRows(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<PublicationStores>().Lake));

    private static IServiceCollection AddKafka(this IServiceCollection services) => services
        .AddSingleton<IKafkaLog>(provider => new KafkaLog(provider.Setting<KafkaSettings>().ToOptions()))
        .AddSingleton(new KafkaLandingLimits())
        .AddSingleton<KafkaStretches>()
        .AddSingleton(provider => new SegmentLanding(provider.GetRequiredService<PublicationStores>().Segments, provider.GetRequiredService<KafkaLandingLimits>()))
        .AddSingleton<LandKafkaBatch>()
        .AddSingleton<CatchUpKafka>();

    // Whoever drops no files names no folder, and there is none to open then.
    private static IServiceCollection AddFiles(this IServiceCollection services) => services.AddSingleton(provider => new Lazy<LandDroppedFiles>(() =>
    {
        var (settings, time) = (provider.Setting<DropSettings>(), provider.GetRequiredService<TimeProvider>());
        var options = new DropOptions { SettleTime = settings.SettleTime, AtOnce = settings.AtOnce };
        var drop = provider.Store(settings.Root);
        var landing = new FileLanding(drop, provider.GetRequiredService<PublicationStores>().Segments, options);
        return new LandDroppedFiles(
            provider.GetRequiredService<IFileLedger>(), drop, landing, options, time, provider.GetRequiredService<ILogger<LandDroppedFiles>>());
    }));

    private static IServiceCollection AddQueues(this IServiceCollection services) => services
        .AddSingleton(provider => provider.Setting<SqsOptions>())
        .AddSingleton(DrainLimits.Default)
        .AddSingleton(provider => new SqsCalls(
            Http(TimeSpan.FromSeconds(30)), AwsCredentials.FromChain(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<DrainQueues>();

    private static IServiceCollection AddMasks(this IServiceCollection services) => services
        .AddSingleton(provider => provider.Setting<MaskingSettings>().ToKeys());

    private static IServiceCollection AddProviders(this IServiceCollection services) => services
        .AddSingleton<ISliceSource>(provider =>
        {
            var (options, time) = (provider.Setting<FacebookOptions>(), provider.GetRequiredService<TimeProvider>());
            var client = new FacebookClient(Http(options), options, time, provider.GetRequiredService<ILogger<FacebookClient>>());
            return new FacebookSource(client, options, provider.GetRequiredService<PublicationStores>().Segments, time);
        })
        .AddSingleton<ISliceSource>(provider =>
        {
            var (options, time) = (provider.Setting<GoogleAdsOptions>(), provider.GetRequiredService<TimeProvider>());
            var http = Http(options);
            var client = new GoogleAdsClient(http, options, new GoogleTokens(http, options.Credential, time), time, provider.GetRequiredService<ILogger<GoogleAdsClient>>());
            return new GoogleAdsSource(client, options, provider.GetRequiredService<PublicationStores>().Segments, time);
        })
        .AddSingleton<ISliceSource>(provider =>
        {
            var (options, time) = (provider.Setting<CleverTapOptions>(), provider.GetRequiredService<TimeProvider>());
            return new CleverTapSource(new(Http(options), options, time), options, provider.GetRequiredService<PublicationStores>().Segments, time);
        })
        .AddSingleton<ISliceSource>(provider =>
        {
            var (options, time) = (provider.Setting<BigQueryOptions>(), provider.GetRequiredService<TimeProvider>());
            var http = Http(options);
            var client = new BigQueryClient(http, options, new GoogleTokens(http, options.Credential, time), time);
            return new BigQuerySource(client, options, provider.GetRequiredService<PublicationStores>().Segments, time);
        })
        .AddSingleton<ISliceSource>(provider => new RelationalSource(
            provider.Setting<RelationalOptions>(), provider.GetRequiredService<PublicationStores>().Segments, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<SliceSources>();

    // Addresses of providers change behind their names; a connection is not kept for ever.
    private static HttpClient Http(SliceSourceOptions options) => Http(TimeSpan.FromSeconds(options.TimeoutSeconds));

    private static HttpClient Http(TimeSpan timeout) => new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false, AutomaticDecompression = System.Net.DecompressionMethods.All,
    })
    { Timeout = timeout };

    private static IServiceCollection AddAttribution(this IServiceCollection services) => services
        .AddSingleton(provider => new AttributeBucket(
            provider.GetRequiredService<IAttributionLedger>(), provider.GetRequiredService<ISliceLedger>(),
            provider.GetRequiredService<PublicationStores>(), provider.GetRequiredService<Campaigns>(),
            provider.Setting<AttributionOptions>(), provider.GetRequiredService<TimeProvider>()));

    private static IServiceCollection AddAlerting(this IServiceCollection services) => services
        .AddSingleton(provider => provider.Setting<AlertOptions>())
        .AddSingleton(provider => new AlertChannels(
            provider.GetRequiredService<AlertOptions>(), ChannelHttp.NewClient(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<AlertDelivery>()
        .AddSingleton<TestAlerts>()
        .AddSingleton<AlertList>();

    private static IServiceCollection AddPublishing(this IServiceCollection services) => services
        .AddSingleton<ISealer>(provider => new AesGcmSealer(Convert.FromBase64String(provider.Setting<QuarantineSettings>().SealingKey)))
        .AddSingleton(new LakeOptions())
        .AddSingleton<ISchemaArchive, SchemaArchive>()
        .AddSingleton<IAvroSchemas>(provider => new AvroSchemas(
            provider.GetRequiredService<ISchemaArchive>(), provider.Registry(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<TransformPublication>()
        .AddSingleton<RebuildObject>()
        .AddSingleton<QuarantineSamples>();

    private static SchemaRegistry? Registry(this IServiceProvider provider) => provider.Setting<RegistryOptions>() is { Url: not null } options
        ? new(Http(TimeSpan.FromSeconds(RegistryTimeoutSeconds)), options, provider.GetRequiredService<TimeProvider>())
        : null;

    // An object is rebuilt under the contract it was committed with.
    private static Task RebuildAsync(this IServiceProvider provider, UnfinishedObject lost, CancellationToken stopping) =>
        provider.GetRequiredService<RebuildObject>().RunAsync(lost, provider.GetRequiredService<ContractSet>().Named(lost.Dataset), stopping);

    private static T Setting<T>(this IServiceProvider provider) where T : class => provider.GetRequiredService<IOptions<T>>().Value;

    private static IObjectStore Store(this IServiceProvider provider, string root) => ObjectStores.Open(root, provider.Setting<S3Options>(), provider.GetRequiredService<TimeProvider>());
}

using System.Security.Cryptography;
using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Pipeline.App.Cli;
using Pipeline.App.Cli.Doctor;
using Pipeline.Sandbox;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Alerting;
using Pipeline.Tests.Integration.Monitoring;
using Pipeline.Tests.Integration.SandboxTests;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Integration.Sources;
using Pipeline.Tests.Integration.Warehouses;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>Everything that the app can be connected to, all of it healthy: what the doctor is asked about.</summary>
public sealed class DoctorRig(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly string[] Topics = ["user-actions", "ad-impressions", "clicks", "conversions", "bid-requests"];

    private readonly MockKafkaCluster cluster = new();
    private readonly S3Server s3 = new();
    private readonly SqsServer sqs = new();
    private readonly string bucket = $"b{Guid.NewGuid():N}";
    private readonly string home = Directory.CreateTempSubdirectory("pipeline-doctor-").FullName;
    private readonly OtlpReceiver collector = new();
    private SandboxApis? apis;
    private string queue = "", deadLetters = "";
    private string database = "";

    public PostgresServer Postgres => postgres;

    public string Brokers => cluster.Bootstrap;

    /// <summary>The providers.</summary>
    public SandboxApis Apis => apis!;

    /// <summary>The database with the table that is a source.</summary>
    public string Shop => database;

    public SqsServer Sqs => sqs;

    public string Queue => queue;

    public string DeadLetters => deadLetters;

    /// <summary>The channels of the alerts: a webhook and a mail server.</summary>
    internal Receiver Hook { get; } = new();

    internal MailServer Mail { get; } = new();

    /// <summary>Paths that the collector was sent something to.</summary>
    public IReadOnlySet<string> Exported => collector.Paths;

    public AmazonS3Client S3 => s3.NewClient();

    public async ValueTask InitializeAsync()
    {
        foreach (var topic in Topics) cluster.CreateTopic(topic, 1);
        apis = await SandboxApis.StartAsync();
        (queue, deadLetters) = (await sqs.CreateQueueAsync("user-logins"), await sqs.CreateQueueAsync("user-logins-refused"));
        database = $"{postgres.CreateDatabase()};Maximum Pool Size=20";
        await using var source = NpgsqlDataSource.Create(database);
        await LedgerMigrations.ApplyAsync(source, TimeProvider.System, CancellationToken.None);
        await SqlAsync(
            "CREATE SCHEMA shop; CREATE TABLE shop.orders (order_id bigint PRIMARY KEY, ordered_at timestamptz NOT NULL)", database);
        await CreateBucketAsync(bucket);
        Directory.CreateDirectory(Path.Combine(home, "drop", "clicks"));
        await File.WriteAllTextAsync(Path.Combine(home, "drop", "clicks", "a.csv"), "click_id");
    }

    /// <summary>A bucket that drops uploads nobody completes after a week.</summary>
    public async Task CreateBucketAsync(string name)
    {
        using var client = S3;
        await client.PutBucketAsync(name);
        await client.PutLifecycleConfigurationAsync(new PutLifecycleConfigurationRequest
        {
            BucketName = name,
            Configuration = new()
            {
                Rules =
                [
                    new()
                    {
                        Id = "uploads", Status = LifecycleRuleStatus.Enabled,
                        Filter = new() { LifecycleFilterPredicate = new LifecyclePrefixPredicate { Prefix = "" } },
                        AbortIncompleteMultipartUpload = new() { DaysAfterInitiation = 7 },
                    },
                ],
            },
        });
    }

    /// <summary>Runs SQL in the cluster's first database, or in another.</summary>
    public async Task SqlAsync(string sql, string? connection = null)
    {
        await using var source = NpgsqlDataSource.Create(connection ?? postgres.ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The doctor's report on the healthy settings with some of them changed; null leaves one out.</summary>
    internal async Task<(int ExitCode, JsonElement Report, string Text)> ExamineAsync(params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Settings());
        foreach (var (name, value) in changes)
        {
            if (value is null) settings.Remove(name);
            else settings[name] = value;
        }
        var named = settings.ToDictionary(each => each.Key.Replace("__", ":", StringComparison.Ordinal), each => each.Value);
        var report = await DoctorVerb.ExamineAsync(
            new ConfigurationBuilder().AddInMemoryCollection(named).Build(), task: null, TestContext.Current.CancellationToken);
        var text = JsonSerializer.Serialize(report);
        return (report.Healthy ? 0 : 1, JsonElement.Parse(text), text);
    }

    /// <summary>The same by the program itself, with the lake on S3 and a queue: their credentials are the environment's.</summary>
    internal async Task<(int ExitCode, JsonElement Report, string Text)> ExamineProgramAsync(params (string Name, string Value)[] changes)
    {
        using var app = new FunctionApp(database, cluster.Bootstrap,
        [
            .. Settings().Select(each => (each.Key, each.Value!)), ("AWS_ACCESS_KEY_ID", s3.AccessKey),
                ("AWS_SECRET_ACCESS_KEY", s3.SecretKey),
            ("S3__Endpoint", s3.Endpoint.ToString()), ("S3__Region", "us-east-1"), ("S3__PathStyle", "true"),
                ("Lake__Root", $"s3://{bucket}/lake"),
            ("Sqs__Endpoint", sqs.Address.ToString()), ("Sqs__Queues__user_logins__Url", queue),
                ("Sqs__Queues__user_logins__DeadLetterUrl", deadLetters), ("Sqs__Queues__user_logins__Region", "us-east-1"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            .. changes,
        ]);
        var (code, output, errors) = await app.RunVerbAsync(["doctor", "--json"], TestContext.Current.CancellationToken);
        Assert.True(output.Length > 0, errors);
        Assert.Equal("", errors);
        return (code, JsonElement.Parse(output), output);
    }

    private Dictionary<string, string?> Settings() => new(TriggerList.Of<TimerTriggerAttribute>().Select(
        timer => KeyValuePair.Create(TriggerList.SettingOf(timer.Trigger.Schedule)!, (string?)"*/5 * * * * *"))
            .DistinctBy(each => each.Key))
    {
        ["LocalHost__Postgres"] = database, ["Ledger__ConnectionString"] = database, ["LocalHost__Urls"] = "http://127.0.0.1:7071",
        ["KafkaBrokers"] = cluster.Bootstrap, ["UserActionsTopic"] = Topics[0], ["ImpressionsTopic"] = Topics[1],
        ["ClicksTopic"] = Topics[2],
        ["ConversionsTopic"] = Topics[3], ["BidRequestsTopic"] = Topics[4],
        ["Lake__Root"] = Path.Combine(home, "lake"), ["Segments__Root"] = Path.Combine(home, "segments"),
        ["Drop__Root"] = Path.Combine(home, "drop"), ["Quarantine__Root"] = Path.Combine(home, "quarantine"),
        ["Quarantine__SealingKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["Masking__Keys__1__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["Facebook__BaseUrl"] = Address(""), ["Facebook__Accounts__0"] = "1001",
        ["Facebook__AppSecret"] = "sandbox-app-secret",
        ["Facebook__AccessToken"] = "sandbox-facebook-canary-token",
        ["GoogleAds__BaseUrl"] = Address(""), ["GoogleAds__TokenUrl"] = Address("token"), ["GoogleAds__Accounts__0"] = "1234567801",
        ["GoogleAds__ClientId"] = "sandbox-client.apps.googleusercontent.com", ["GoogleAds__ClientSecret"] = "sandbox-client-secret",
        ["GoogleAds__RefreshToken"] = "sandbox-refresh-token", ["GoogleAds__LoginCustomerId"] = "9000000001",
        ["CleverTap__BaseUrl"] = Address(""), ["CleverTap__Projects__0__AccountId"] = "AAA-111-11ZZ",
        ["CleverTap__Projects__0__Passcode"] = "sandbox-passcode-a", ["CleverTap__Projects__0__TimeZone"] = "Asia/Kolkata",
        ["CleverTap__Projects__0__Events__0"] = "App Launched",
        ["BigQuery__BaseUrl"] = Address(""), ["BigQuery__TokenUrl"] = Address("token"),
        ["BigQuery__Project"] = WarehouseRig.Project, ["BigQuery__ServiceAccountFile"] = ServiceAccountKey.File,
        ["BigQuery__Location"] = "EU", ["BigQuery__Streams__0__Name"] = "user_actions",
        ["BigQuery__Streams__0__Table"] = "shop.user_actions", ["BigQuery__Streams__0__DayColumn"] = "event_date",
        ["Relational__Databases__shop__ConnectionString"] = database, ["Relational__Databases__shop__Tables__0__Name"] = "shop.orders",
        ["Relational__Databases__shop__Tables__0__DayColumn"] = "ordered_at",
        ["Relational__Databases__shop__Tables__0__TimeZone"] = "Europe/Berlin",
        ["Alerts__Channels__hook__Kind"] = "webhook", ["Alerts__Channels__hook__Url"] = Hook.Url.ToString(),
        ["Alerts__Channels__hook__Secret"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        ["Alerts__Channels__mail__Kind"] = "email", ["Alerts__Channels__mail__Host"] = "127.0.0.1",
        ["Alerts__Channels__mail__Port"] = $"{Mail.Port}", ["Alerts__Channels__mail__From"] = "pipeline@example.com",
        ["Alerts__Channels__mail__To"] = "ops@example.com", ["Alerts__Channels__mail__Username"] = "user",
        ["Alerts__Channels__mail__Password"] = "canary-password",
    };

    private string Address(string path) => new Uri(Apis.Http.BaseAddress!, path).ToString();

    public async ValueTask DisposeAsync()
    {
        if (apis is not null) await apis.DisposeAsync();
        await Hook.DisposeAsync();
        Mail.Dispose();
        collector.Dispose();
        sqs.Dispose();
        s3.Dispose();
        cluster.Dispose();
        Directory.Delete(home, recursive: true);
    }
}

using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.App;
using Pipeline.App.Settings;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.App;

public sealed class SettingsTests
{
    private static readonly Dictionary<string, string?> Sample = JsonDocument
        .Parse(File.ReadAllText(Repository.PathOf("local.settings.sample.json"))).RootElement.GetProperty("Values").EnumerateObject()
        .ToDictionary(value => value.Name.Replace("__", ":", StringComparison.Ordinal), value => value.Value.GetString());

    [Fact]
    public void The_sample_settings_start_the_app() => Validate(Sample);

    [Fact]
    public void The_defaults_are_the_documented_ones() => Assert.Equal(
        new PublishSettings { MaxAge = TimeSpan.FromMinutes(5), TargetBytes = 268_435_456, MaxRawBytes = 536_870_912, MaxParallel = 2 }, new PublishSettings());

    [Fact]
    public void Every_wrong_setting_is_named_at_once()
    {
        var error = Assert.ThrowsAny<Exception>(() => Validate(new()
        {
            ["KafkaBrokers"] = "kafka.example.com:9092,nonsense",
            ["Ledger:ConnectionString"] = "Host=db.example.com;Password=canary",
            ["Quarantine:SealingKey"] = "short",
            ["Publish:MaxParallel"] = "0",
            ["Drop:Root"] = "s3://bucket/segments/drop/",
            ["Segments:Root"] = "s3://bucket/segments",
        }));
        var text = error.ToString();
        Assert.All(
            (string[])[
                "'kafka.example.com:9092' leaves this machine without TLS", "'nonsense' is not host:port", "add SSL Mode=VerifyFull", "Set Lake:Root",
                "Drop:Root lies within Lake:Root, Segments:Root", "Set Quarantine:Root", "is not 32 bytes in base64", "MaxParallel",
            ],
            fault => Assert.Contains(fault, text, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_mask_key_and_queue_is_named_at_once_and_no_key_is_repeated()
    {
        var error = Assert.ThrowsAny<Exception>(() => Validate(new(Sample)
        {
            ["Masking:Keys:1:Key"] = "canary",
            ["Masking:Keys:2:Key"] = Sample["Quarantine:SealingKey"],
            ["Masking:Keys:3:Key"] = Sample["Quarantine:SealingKey"],
            ["Masking:Keys:3:From"] = "2027-01-01T00:00:00Z",
            ["Masking:Keys:4:Key"] = "d2Vha2VyIGtleXMgYXJlIG9mIG5vIHVzZSBhdCBhbGw=",
            ["Masking:Keys:4:From"] = "2027-01-05T00:00:00Z",
            ["Masking:Keys:5:From"] = "soon",
            ["Masking:Keys:first:From"] = "2028-01-01T00:00:00Z",
            ["Masking:Overlap"] = "00:00:01",
            ["Sqs:Endpoint"] = "http://sqs.example.com",
            ["Sqs:MaxReceivers"] = "0",
            ["Sqs:Queues:user_logins:Url"] = "user-logins",
            ["Sqs:Queues:user_logins:DeadLetterUrl"] = "user-logins",
        }));
        var text = error.ToString();
        Assert.All(
            (string[])[
                "Masking:Keys:1:Key is not 32 bytes in base64", "Set Masking:Keys:2:From to the instant", "Masking:Keys has one key twice",
                "Masking:Keys:5:From is 'soon'", "Masking:Keys has 'first'", "Masking:Overlap is from", "Sqs:Endpoint leaves this machine without TLS",
                "MaxReceivers", "Set Sqs:Queues:user_logins:Region", "Sqs:Queues:user_logins:Url is no URL", "DeadLetterUrl is the queue itself",
            ],
            fault => Assert.Contains(fault, text, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_warehouse_setting_is_named_at_once_and_no_connection_string_is_repeated()
    {
        var error = Assert.ThrowsAny<Exception>(() => Validate(new(Sample)
        {
            ["BigQuery:Project"] = "shop`; DROP",
            ["BigQuery:BaseUrl"] = "http://bigquery.example.com",
            ["BigQuery:MaxBytesBilled"] = "0",
            ["BigQuery:Streams:0:Name"] = "actions",
            ["BigQuery:Streams:0:Table"] = "shop.actions` WHERE 1=1 --",
            ["BigQuery:Streams:0:DayColumn"] = "day = @day OR 1",
            ["BigQuery:Streams:0:Columns:0"] = "a, b",
            ["BigQuery:Streams:1:Name"] = "actions",
            ["BigQuery:Streams:1:Table"] = "shop.events_*",
            ["BigQuery:Streams:1:DayColumn"] = "day",
            ["Relational:PageRows"] = "0",
            ["Relational:Databases:shop:ConnectionString"] = "Host=db.example.com;Password=canary",
            ["Relational:Databases:shop:Tables:0:Name"] = "orders",
            ["Relational:Databases:shop:Tables:0:TimeZone"] = "Mars/Base",
            ["Relational:Databases:empty:ConnectionString"] = "canary",
        }));
        var text = error.ToString();
        Assert.All(
            (string[])[
                "BigQuery:Project is 'shop`; DROP'", "BigQuery:BaseUrl leaves this machine without TLS", "MaxBytesBilled", "BigQuery:ServiceAccountFile is not set",
                "BigQuery:Streams:0:Table is", "BigQuery:Streams:0:DayColumn is", "BigQuery:Streams:0:Columns has 'a, b'", "BigQuery:Streams has 'actions' twice",
                "BigQuery:Streams:1:DayColumn stands beside daily tables", "PageRows", "Relational:Databases:shop:ConnectionString leaves this machine without TLS",
                "Relational:Databases:shop:Tables:0:DayColumn is not set", "Relational:Databases:shop:Tables:0:TimeZone is 'Mars/Base'",
                "Relational:Databases:empty:ConnectionString is not an Npgsql connection string", "Relational:Databases:empty:Tables names no table",
            ],
            fault => Assert.Contains(fault, text, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_masked_dataset_without_a_key_and_changes_of_keys_too_close_stop_the_start()
    {
        var without = new Dictionary<string, string?>(Sample);
        without.Remove("Masking:Keys:1:Key");
        Assert.Contains("Set Masking:Keys:1:Key", Assert.ThrowsAny<Exception>(() => Validate(without)).ToString());

        var close = Assert.ThrowsAny<Exception>(() => Validate(new(Sample)
        {
            ["Masking:Keys:2:Key"] = "d2Vha2VyIGtleXMgYXJlIG9mIG5vIHVzZSBhdCBhbGw=", ["Masking:Keys:2:From"] = "2027-01-01T00:00:00Z",
            ["Masking:Keys:3:Key"] = "c3Ryb25nZXIga2V5cyBhcmUgb2Ygc29tZSB1c2UgeWE=", ["Masking:Keys:3:From"] = "2027-01-08T00:00:00Z",
        })).ToString();
        Assert.Contains("Masking:Keys:3:From is not behind the version before by Masking:Overlap", close);
    }

    private static void Validate(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
    }
}

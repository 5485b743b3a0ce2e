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
    public void Every_sample_setting_is_explained_in_the_readme()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));
        Assert.All(Sample.Keys.Where(name => name != "FUNCTIONS_WORKER_RUNTIME"), name => Assert.Contains($"`{name}`", readme, StringComparison.Ordinal));
    }

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

    private static void Validate(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
    }
}

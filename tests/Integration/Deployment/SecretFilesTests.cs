using Microsoft.Extensions.Configuration;
using Pipeline.App.Settings;
using Pipeline.Domain.Failures;

namespace Pipeline.Tests.Integration.Deployment;

/// <summary>Settings from a folder as Kubernetes mounts a secret.</summary>
public sealed class SecretFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-secrets-").FullName;

    [Fact]
    public void A_mounted_secret_is_read_through_its_links_without_its_line_break_and_wins_over_a_variable()
    {
        var version = Directory.CreateDirectory(Path.Combine(folder, "..2026_11_21_09_00_00.1")).FullName;
        File.WriteAllText(Path.Combine(version, "Ledger__ConnectionString"), "Host=mounted\n");
        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), "..2026_11_21_09_00_00.1");
        File.CreateSymbolicLink(Path.Combine(folder, "Ledger__ConnectionString"), "..data/Ledger__ConnectionString");

        var settings = Read(new() { ["Secrets:Folder"] = folder, ["Ledger:ConnectionString"] = "Host=variable", ["KafkaGroup"] = "pipeline" });

        Assert.Equal(("Host=mounted", "pipeline"), (settings["Ledger:ConnectionString"], settings["KafkaGroup"]));
        Assert.DoesNotContain(settings.AsEnumerable(), each => each.Key.Contains("..", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_the_setting_there_are_no_files() =>
        Assert.Equal("Host=variable", Read(new() { ["Ledger:ConnectionString"] = "Host=variable" })["Ledger:ConnectionString"]);

    [Fact]
    public void A_folder_that_is_not_there_is_told() => Assert.Equal(
        "Secrets:Folder names '/nowhere/at-all', which is no folder; mount it there, or leave the setting out.",
        Assert.Throws<TerminalException>(() => Read(new() { ["Secrets:Folder"] = "/nowhere/at-all" })).Message);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static IConfigurationRoot Read(Dictionary<string, string?> variables)
    {
        var before = new ConfigurationBuilder().AddInMemoryCollection(variables).Build();
        return new ConfigurationBuilder().AddConfiguration(before).AddSecretFiles(before).Build();
    }
}

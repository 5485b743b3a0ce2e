using System.Net;
using System.Net.Sockets;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.App;

/// <summary>A start that fails tells a person what to do, in sentences and at the end of its log.</summary>
public sealed class StartTests(PostgresServer postgres)
{
    [Fact]
    public async Task An_address_that_is_taken_is_named()
    {
        using var app = new FunctionApp(postgres.CreateDatabase(), "127.0.0.1:9");
        using var taken = new TcpListener(IPAddress.Loopback, app.Http.BaseAddress!.Port);
        taken.Start();
        await AssertEndsAsync(
            app, $"Failed to bind to address {app.Http.BaseAddress.GetLeftPart(UriPartial.Authority)}: address already in use. "
            + "Stop what listens there, or write another address in LocalHost:Urls.");
    }

    [Fact]
    public async Task A_setting_that_is_wrong_is_named()
    {
        using var app = new FunctionApp(postgres.CreateDatabase(), "127.0.0.1:9", ("LocalHost__Urls", "http://0.0.0.0:7071"));
        await AssertEndsAsync(
            app, "The host may not listen on 'http://0.0.0.0:7071' without a key: set LocalHost:Keys:default, or listen on 127.0.0.1 alone.");
    }

    [Theory]
    [InlineData("Publish__MaxParallel", "abc", "'Publish:MaxParallel'")]
    [InlineData("S3__PathStyle", "maybe", "'S3:PathStyle'")]
    public async Task A_setting_of_the_wrong_kind_is_named(string name, string value, string setting)
    {
        using var app = new FunctionApp(postgres.CreateDatabase(), "127.0.0.1:9", (name, value));
        await AssertEndsAsync(app, setting, "Write a value of the setting's kind.");
    }

    [Fact]
    public async Task A_ledger_that_another_program_made_is_named()
    {
        using var app = new FunctionApp(postgres.CreateDatabase(), "127.0.0.1:9");
        app.Start();
        await app.ReadyAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
        await using (var ledger = Npgsql.NpgsqlDataSource.Create(app.Database))
        await using (var changed = ledger.CreateCommand("UPDATE pipeline.schema_migration SET sha256 = 'x' WHERE number = 3"))
            await changed.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await AssertEndsAsync(app, "Applied files never change: restore this one and put the change into a new file.");
    }

    private static async Task AssertEndsAsync(FunctionApp app, params string[] words)
    {
        app.Start();
        Assert.Equal(1, await app.ExitAsync(TestContext.Current.CancellationToken));
        var lines = await File.ReadAllLinesAsync(app.LogPath, TestContext.Current.CancellationToken);
        Assert.All(words, each => Assert.Contains(each, lines[^1], StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Unhandled exception", StringComparison.Ordinal));
    }
}

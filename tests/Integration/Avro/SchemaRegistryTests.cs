using Microsoft.AspNetCore.Http;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Registry;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Integration.Sources;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Avro.Messages;
using Pipeline.Transforms.Ports;

namespace Pipeline.Tests.Integration.Avro;

/// <summary>Schemas from a registry over HTTP and from the archive in PostgreSQL.</summary>
public sealed class SchemaRegistryTests(PostgresServer postgres) : IDisposable
{
    private const string Schema = """{"type":"record","name":"R","fields":[]}""";

    private LoopbackServer? server;
    private readonly HttpClient http = new();
    private readonly List<string> asked = [];
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    public void Dispose()
    {
        server?.Dispose();
        http.Dispose();
    }

    [Fact]
    public async Task A_schema_is_fetched_with_the_credentials()
    {
        var registry = Start((200, $$"""{"schema":{{System.Text.Json.JsonSerializer.Serialize(Schema)}}}"""));
        Assert.Equal(Schema, await registry.FindAsync(7, stopping));
        Assert.Equal(["/base/schemas/ids/7?format=resolved Basic dXNlcjpwYXNz"], asked);
    }

    [Theory]
    [InlineData(404, """{"error_code":40403,"message":"Schema not found"}""")]
    [InlineData(200, """{"schemaType":"PROTOBUF","schema":"message M {}"}""")]
    public async Task A_schema_that_is_not_there_or_not_of_avro_is_none(int status, string body) =>
        Assert.Null(await Start((status, body)).FindAsync(7, stopping));

    [Fact]
    public async Task An_answer_that_a_moment_heals_is_asked_for_again()
    {
        var registry = Start((503, ""), (200, "{"), (200, $$"""{"schema":"\"int\""}"""));
        Assert.Equal("\"int\"", await registry.FindAsync(7, stopping));
        Assert.Equal(3, asked.Count);
    }

    [Fact]
    public async Task A_registry_that_is_away_makes_the_publication_wait() =>
        await Assert.ThrowsAsync<TransientException>(() => Start((503, ""), (503, ""), (503, ""), (503, "")).FindAsync(7, stopping));

    [Fact]
    public async Task A_registry_that_refuses_us_needs_a_person()
    {
        var error = await Assert.ThrowsAsync<TerminalException>(() => Start((401, "")).FindAsync(7, stopping));
        Assert.Equal("The schema registry refuses us (401). Correct Registry:Username and Registry:Password.", error.Message);
        Assert.Single(asked);
    }

    [Fact]
    public async Task A_schema_is_archived_and_the_registry_is_not_needed_again()
    {
        await using var source = await postgres.LedgerAsync();
        var registry = Start((200, $$"""{"schema":{{System.Text.Json.JsonSerializer.Serialize(Schema)}}}"""));
        await new AvroSchemas(new SchemaArchive(source, new Clock()), registry, new Clock()).LoadAsync([AvroSchemaName.OfId(7)], stopping);
        server!.Dispose();

        var later = new AvroSchemas(new SchemaArchive(source, new Clock()), registry, new Clock());
        await later.LoadAsync([AvroSchemaName.OfId(7)], stopping);
        Assert.Equal(Schema, later.Find(AvroSchemaName.OfId(7)));
    }

    [Fact]
    public async Task The_archive_knows_ids_of_its_registry_and_fingerprints_of_any()
    {
        await using var source = await postgres.LedgerAsync();
        var archive = new SchemaArchive(source, new Clock());
        await archive.KeepAsync("one", 7, ulong.MaxValue - 4, Schema, stopping);
        await archive.KeepAsync("one", 7, 1, "\"int\"", stopping);
        await archive.KeepAsync("two", uint.MaxValue, null, "no schema", stopping);
        var (id, fingerprint) = (AvroSchemaName.OfId(7), AvroSchemaName.OfFingerprint(ulong.MaxValue - 4));
        Assert.Equal(new Dictionary<AvroSchemaName, string> { [id] = Schema, [fingerprint] = Schema }, await archive.FindAsync("one", [id, fingerprint], stopping));
        Assert.Equal([fingerprint], (await archive.FindAsync("two", [id, fingerprint], stopping)).Keys);
        Assert.Equal("no schema", (await archive.FindAsync("two", [AvroSchemaName.OfId(uint.MaxValue)], stopping)).Values.Single());
    }

    /// <summary>A registry that gives these answers, one after the other.</summary>
    private SchemaRegistry Start(params (int Status, string Body)[] answers)
    {
        var inLine = new Queue<(int Status, string Body)>(answers);
        server = new(async context =>
        {
            asked.Add($"{context.Request.Path}{context.Request.QueryString} {context.Request.Headers.Authorization}");
            (context.Response.StatusCode, var body) = inLine.Dequeue();
            await context.Response.WriteAsync(body, context.RequestAborted);
        });
        return new(http, new() { Url = new($"{server.Address}/base/"), Username = "user", Password = "pass" }, new LeapingClock());
    }
}

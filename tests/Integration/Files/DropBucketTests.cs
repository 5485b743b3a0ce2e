using Pipeline.Sinks.Lake;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Files;

public sealed class DropBucketTests(PostgresServer postgres, S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public async Task Files_of_a_bucket_are_landed_as_files_of_a_folder_are()
    {
        var stopping = TestContext.Current.CancellationToken;
        using var client = server.NewClient();
        await client.PutBucketAsync("drop-bucket", stopping);
        await using var world = await SampleWorld.CreateAsync(postgres, name =>
            new S3Store(client, "drop-bucket", $"team/{name}", kmsKeyId: null, TimeProvider.System));
        await world.DropAsync("clicks/a.csv", await File.ReadAllBytesAsync(SampleWorld.Sample("clicks.csv"), stopping));

        Assert.Equal(1, await world.LandAsync("clicks"));
        Assert.Equal(0, await world.LandAsync("clicks"));

        var rows = SampleWorld.Expected("clicks.csv").GetProperty("rows").GetInt64();
        Assert.Equal(rows, (await world.PublishAsync("clicks")).Out);
    }
}

using Npgsql;
using Pipeline.Tests.Servers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Pipeline.Tests.Integration;

public sealed class PostgresServerTests(PostgresServer postgres)
{
    [Fact]
    public async Task Answers_on_a_database_of_its_own()
    {
        await using var connection = new NpgsqlConnection(postgres.CreateDatabase());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        Assert.Equal(1, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}

using System.Text.RegularExpressions;
using Npgsql;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>What the pages tell a person to ask the ledger, asked of one.</summary>
public sealed partial class StatementTests(PostgresServer postgres)
{
    [Fact]
    public async Task Every_statement_of_the_pages_runs_on_the_ledgers_tables()
    {
        await using var ledger = await postgres.LedgerAsync();
        var statements = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(
                page => Psql().Matches(File.ReadAllText(page)), (page, shown) => (Page: Path.GetFileName(page), Sql: shown.Groups[1].Value))
            .ToList();
        Assert.True(statements.Count > 10);

        var wrong = new List<string>();
        foreach (var (page, sql) in statements)
        {
            try
            {
                await Given.ExecuteAsync(ledger, sql);
            }
            catch (PostgresException error)
            {
                wrong.Add($"{page}: {error.MessageText} in {sql}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [GeneratedRegex("psql \"\\$LEDGER\"(?: -At)? -c \"([^\"]+)\"")]
    private static partial Regex Psql();
}

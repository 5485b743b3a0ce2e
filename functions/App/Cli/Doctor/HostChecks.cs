using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Pipeline.App.Settings;

namespace Pipeline.App.Cli.Doctor;

/// <summary>What the embedded host needs: a database of its own, an address, keys.</summary>
internal static class HostChecks
{
    private const string Database = "LocalHost:Postgres", DefaultUrls = "http://127.0.0.1:7071";
    private const int ShortKey = 20;

    // A start runs CREATE SCHEMA IF NOT EXISTS, which asks for CREATE on the database though the schema is there.
    private const string Missing =
        """
        SELECT format('CREATE ON DATABASE %I', current_database()) WHERE NOT has_database_privilege(current_database(), 'CREATE')
        UNION ALL
        SELECT format('%s ON SCHEMA localhost', wanted) FROM pg_namespace n, unnest(ARRAY['USAGE', 'CREATE']) AS wanted
        WHERE nspname = 'localhost' AND NOT has_schema_privilege(n.oid, wanted)
        UNION ALL
        (SELECT format('%s ON localhost.%I', string_agg(wanted, ', ' ORDER BY place), relname)
        FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS rights (wanted, place)
        WHERE relnamespace = to_regnamespace('localhost') AND relkind IN ('r', 'p') AND NOT has_table_privilege(c.oid, wanted)
        GROUP BY relname ORDER BY relname)
        """;

    public static IEnumerable<Check> Of(Patient patient)
    {
        if (typeof(FunctionAttribute).Assembly.GetName().Name != "Pipeline.LocalHost") yield break;     // built for the Functions host
        yield return new("host.state", $"Check {Database} and that its server runs.", stopping => StateAsync(patient, stopping));
        yield return new("host.address", "Check LocalHost:Urls and LocalHost:Keys.", stopping => AddressAsync(patient, stopping));
    }

    private static async IAsyncEnumerable<Finding> StateAsync(Patient patient, [EnumeratorCancellation] CancellationToken stopping)
    {
        var text = patient.Configuration[Database];
        if (string.IsNullOrWhiteSpace(text))
        {
            yield return Finding.Fault("host.state", $"{Database} is not set; timers and orchestrations keep their state there.",
                "Set it to a database.");
            yield break;
        }
        yield return await ConnectAsync(text, isLedgers: text == patient.Configuration["Ledger:ConnectionString"], stopping);
    }

    private static async Task<Finding> ConnectAsync(string text, bool isLedgers, CancellationToken stopping)
    {
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new(text);
        }
        catch (ArgumentException)
        {
            return Finding.Fault("host.state", $"{Database} is no connection string.", "Write Host=…;Database=…;Username=…;Password=….");
        }
        if (!Network.IsLoopback(parsed.Host ?? "") && parsed.SslMode < SslMode.Require)
            return Finding.Fault("host.state", $"{Database} leaves this machine without TLS.", "Add SSL Mode=VerifyFull.");
        try
        {
            await using var source = NpgsqlDataSource.Create(parsed);
            return PostgresChecks.Rights(
                "host.state", await MissingRightsAsync(source, stopping), parsed.Username ?? "the role",
                $"{parsed.Host} answers, database {parsed.Database}; the host may keep its state there.");
        }
        catch (NpgsqlException) when (isLedgers)
        {
            return Finding.Skipped("host.state", "The same database as the ledger's; see postgres.reachable.");
        }
        catch (NpgsqlException error)
        {
            return PostgresChecks.Refused(error, parsed, "host.state", $"Check {Database}.");
        }
    }

    private static async Task<IReadOnlyList<string>> MissingRightsAsync(NpgsqlDataSource source, CancellationToken stopping)
    {
        await using var command = source.CreateCommand(Missing);
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var missing = new List<string>();
        while (await reader.ReadAsync(stopping)) missing.Add(reader.GetString(0));
        return missing;
    }

    private static async IAsyncEnumerable<Finding> AddressAsync(Patient patient, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        var keys = patient.Configuration.AsEnumerable().Where(
            each => each.Key.StartsWith("LocalHost:Keys:", StringComparison.OrdinalIgnoreCase) && each.Value is { Length: > 0 }).ToList();
        var urls = (patient.Configuration["LocalHost:Urls"] ?? DefaultUrls)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var found = urls.SelectMany(url => Faults(url, keys.Count > 0)).ToList();
        found.AddRange(keys.Where(key => key.Value!.Length < ShortKey).Select(key => Finding.Warning(
            "host.keys", $"{key.Key} has {key.Value!.Length} characters and can be guessed.",
            "Write a random one: openssl rand -hex 24.")));
        foreach (var finding in found) yield return finding;
        if (found.Count == 0)
            yield return Finding.Ok("host.address", $"{string.Join(", ", urls)}, {(keys.Count > 0 ? $"{keys.Count} keys" : "no keys")}.");
    }

    private static IEnumerable<Finding> Faults(string url, bool hasKeys)
    {
        // A star or a plus stands for all addresses.
        if (!Uri.TryCreate(url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal),
            UriKind.Absolute, out var address))
            yield return Finding.Fault("host.address", $"LocalHost:Urls has '{url}', which is no address.",
                $"Write one such as {DefaultUrls}.");
        else if (!hasKeys && !Network.IsLoopback(address.Host))
            yield return Finding.Fault(
                "host.address", $"The host may not listen on '{url}' without a key.",
                "Set LocalHost:Keys:default, or listen on 127.0.0.1 alone.");
    }
}

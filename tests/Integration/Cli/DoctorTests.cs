using System.Text.Json;
using Amazon.S3.Model;
using Confluent.Kafka;
using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Kafka;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary><c>pipeline doctor</c> beside real servers: one thing is broken, and it alone is named, with its remedy.</summary>
public sealed class DoctorTests(DoctorRig rig) : IClassFixture<DoctorRig>
{
    [Fact]
    public async Task A_healthy_set_up_has_neither_faults_nor_warnings()
    {
        var (code, report, text) = await rig.ExamineProgramAsync();
        Assert.True(code == 0, text);
        Assert.True(report.GetProperty("healthy").GetBoolean());
        Assert.Empty(Findings(report, "warning"));
        var ok = Findings(report, "ok").Select(finding => finding.Check).ToHashSet();
        string[] expected =
        [
            "settings.ledger", "contracts", "schedule.SweepSchedule", "keys.sealing", "keys.masking.1", "library.libzstd.so.1",
            "library.librdkafka",
            "host.address", "postgres.reachable", "postgres.version", "postgres.tls", "postgres.migrations", "postgres.connections",
            "postgres.clock",
            "store.Lake:Root", "store.Lake:Root.lifecycle", "store.Segments:Root", "store.Segments:Root.space", "store.Quarantine:Root",
            "kafka.brokers",
            "kafka.topic.UserActionsTopic", "sqs.user_logins", "provider.facebook.1001",
        ];
        Assert.All(expected, check => Assert.Contains(check, ok));
        using var client = rig.S3;
        foreach (var each in (await client.ListBucketsAsync(TestContext.Current.CancellationToken)).Buckets)
            Assert.DoesNotContain(
                (await client.ListObjectsV2Async(new() { BucketName = each.BucketName }, TestContext.Current.CancellationToken)).S3Objects
                    ?? [],
                left => left.Key.Contains("_doctor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password()
    {
        var role = $"locked_{Guid.NewGuid():N}";
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN PASSWORD 'right'");
        await rig.SqlAsync(
            $"""
            DO $$ DECLARE lines text := pg_read_file(current_setting('hba_file')); BEGIN
                CREATE TEMP TABLE line AS SELECT ('host all {role} 127.0.0.1/32 scram-sha-256' || E'\n' || lines) AS text;
                EXECUTE format('COPY (SELECT unnest(string_to_array(text, E''\n'')) FROM line) TO %L', current_setting('hba_file'));
                PERFORM pg_reload_conf();
            END $$
            """);
        await BlamesAsync("postgres.reachable", "Correct Username and Password",
            ("Ledger__ConnectionString", With(rig.Postgres.CreateDatabase(), role, "canary-wrong")));
    }

    [Fact]
    public Task A_database_that_is_missing() => BlamesAsync(
        "postgres.reachable", "CREATE DATABASE nowhere",
        ("Ledger__ConnectionString", rig.Postgres.ConnectionString("nowhere") + ";Maximum Pool Size=20"));

    [Fact]
    public async Task An_extension_that_is_not_permitted()
    {
        var (role, database) = ($"plain_{Guid.NewGuid():N}", rig.Postgres.CreateDatabase());
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN; ");
        await rig.SqlAsync($"CREATE SCHEMA pipeline AUTHORIZATION {role}; CREATE SCHEMA warehouse AUTHORIZATION {role}", database);
        await BlamesAsync("postgres.extension", "CREATE EXTENSION btree_gist", ("Ledger__ConnectionString", With(database, role, "")));
    }

    [Fact]
    public async Task Migrations_from_the_future()
    {
        var database = rig.Postgres.CreateDatabase() + ";Maximum Pool Size=20";
        await using (var source = NpgsqlDataSource.Create(database))
            await Pipeline.Sinks.Ledger.LedgerMigrations.ApplyAsync(source, TimeProvider.System, TestContext.Current.CancellationToken);
        await rig.SqlAsync("INSERT INTO pipeline.schema_migration VALUES (9999, '9999_tomorrow.sql', 'x', now())", database);
        await BlamesAsync("postgres.migrations", "Run the newer program", ("Ledger__ConnectionString", database));
    }

    [Fact]
    public Task A_bucket_that_is_missing() =>
        ProgramBlamesAsync("store.Lake:Root", "Create the bucket", ("Lake__Root", "s3://nowhere/lake"));

    [Fact]
    public async Task A_bucket_that_may_only_be_read()
    {
        var bucket = $"b{Guid.NewGuid():N}";
        await rig.CreateBucketAsync(bucket);
        using var client = rig.S3;
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""
                {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Deny", "Principal": "*", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::{{bucket}}/*"}]}
                """,
        }, TestContext.Current.CancellationToken);
        await ProgramBlamesAsync("store.Lake:Root", "Allow s3:PutObject", ("Lake__Root", $"s3://{bucket}/lake"));
    }

    [Fact]
    public Task A_wrong_secret_of_S3() =>
        ProgramBlamesAsync("store.Lake:Root", "AWS_SECRET_ACCESS_KEY", ("AWS_SECRET_ACCESS_KEY", "canary-secret"));

    [Fact]
    public Task A_key_of_KMS_that_cannot_be_used() =>
        ProgramBlamesAsync("store.Lake:Root", "Correct S3:KmsKeyId", ("S3__KmsKeyId", "nothing"));

    [Fact]
    public Task A_folder_that_cannot_be_written() =>
        BlamesAsync("store.Segments:Root", "correct Segments:Root", ("Segments__Root", "/proc/1/segments"));

    [Fact]
    public Task A_broker_that_is_not_there() => BlamesAsync(
        "kafka.brokers", "Correct KafkaBrokers", ("KafkaBrokers", $"127.0.0.1:{PostgresServer.FreePort()}"));

    [Fact]
    public async Task Brokers_that_refuse_the_handshake()
    {
        var options = new KafkaOptions { Brokers = rig.Brokers, Protocol = SecurityProtocol.Ssl, Timeout = TimeSpan.FromSeconds(3) };
        var error = await Assert.ThrowsAsync<TransientException>(() => KafkaProbe.AskAsync(options, TestContext.Current.CancellationToken));
        Assert.Contains("ssl", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public Task A_topic_that_is_missing() =>
        BlamesAsync("kafka.topic.ClicksTopic", "AzureWebJobs_LandClicks_Disabled", ("ClicksTopic", "nowhere"));

    [Fact]
    public Task A_queue_that_is_missing() => ProgramBlamesAsync(
        "sqs.user_logins", "Create the queue", ("Sqs__Queues__user_logins__Url", new Uri(rig.Sqs, "/000000000000/nowhere").ToString()));

    [Fact]
    public Task A_token_that_is_dead() =>
        BlamesAsync("provider.facebook.1001", "Renew or correct Facebook:AccessToken", ("Facebook__AccessToken", "canary-dead"));

    [Fact]
    public Task A_schedule_that_is_none() =>
        BlamesAsync("schedule.SweepSchedule", "Write six NCRONTAB fields", ("SweepSchedule", "0 */5 * 25 13 *"));

    [Fact]
    public Task A_sealing_key_of_the_wrong_length() =>
        BlamesAsync("settings.quarantine", "openssl rand", ("Quarantine__SealingKey", "Y2FuYXJ5"));

    [Fact]
    public Task A_sealing_key_of_the_sample_settings() => BlamesAsync(
        "keys.sealing", "openssl rand", ("Quarantine__SealingKey", "c2FtcGxlIG9ubHkgc2FtcGxlIG9ubHkgc2FtcGxlIG8="));

    [Fact]
    public Task A_masking_key_of_zeros() => BlamesAsync(
        "keys.masking.1", "openssl rand", ("Masking__Keys__1__Key", Convert.ToBase64String(new byte[32])));

    [Fact]
    public Task A_masked_dataset_without_a_key() => BlamesAsync("settings.masking", "openssl rand", ("Masking__Keys__1__Key", null));

    [Fact]
    public Task An_address_for_all_without_a_key() =>
        BlamesAsync("host.address", "LocalHost:Keys:default", ("LocalHost__Urls", "http://0.0.0.0:7071"));

    [Fact]
    public Task A_registry_that_is_away() =>
        BlamesAsync("registry", "Check Registry:Url", ("Registry__Url", $"http://127.0.0.1:{PostgresServer.FreePort()}"));

    [Fact]
    public async Task A_contract_with_a_fault()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-contracts-").FullName;
        foreach (var path in Directory.EnumerateFiles(Repository.PathOf("functions", "datasets"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Repository.PathOf("functions", "datasets"), path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
        var contract = Path.Combine(folder, "user_actions.yaml");
        var text = await File.ReadAllTextAsync(contract, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            contract, text.Replace("type: timestamp", "type: timestmp", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await BlamesAsync("contracts", "timestamp", ("Datasets__Folder", folder));
        Directory.Delete(folder, recursive: true);
    }

    private async Task BlamesAsync(string check, string remedy, params (string Name, string? Value)[] changes) =>
        AssertBlamed(check, remedy, await rig.ExamineAsync(changes));

    private async Task ProgramBlamesAsync(string check, string remedy, params (string Name, string Value)[] changes) =>
        AssertBlamed(check, remedy, await rig.ExamineProgramAsync(changes));

    private static void AssertBlamed(string check, string remedy, (int ExitCode, JsonElement Report, string Text) examined)
    {
        var (code, report, text) = examined;
        Assert.True(code == 1, text);
        Assert.False(report.GetProperty("healthy").GetBoolean());
        var faults = Findings(report, "fault");
        Assert.True(faults.All(finding => finding.Check == check) && faults.Count > 0, string.Join('\n', faults));
        Assert.Contains(faults, finding => $"{finding.What} {finding.Remedy}".Contains(remedy, StringComparison.Ordinal));
        Assert.All(faults, finding => Assert.NotEqual("", finding.Remedy));
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    private static string With(string connection, string role, string password) =>
        new NpgsqlConnectionStringBuilder(connection) { Username = role, Password = password, MaxPoolSize = 20 }.ConnectionString;

    private static List<(string Check, string What, string Remedy)> Findings(JsonElement report, string state) =>
    [
        .. report.GetProperty("checks").EnumerateArray().Where(each => each.GetProperty("state").GetString() == state).Select(each => (
            each.GetProperty("check").GetString()!, each.GetProperty("what").GetString()!, each.GetProperty("remedy").GetString() ?? "")),
    ];
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.S3.Model;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.App;
using Pipeline.App.Cli.Doctor;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Sandbox;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Sources.Kafka;
using Pipeline.Tests.Integration.Alerting;
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
            "host.address", "host.state", "postgres.reachable", "postgres.version", "postgres.tls", "postgres.migrations",
            "postgres.connections",
            "postgres.clock", "postgres.rights", "settings.alerts", "settings.bigquery", "settings.relational",
            "store.Lake:Root", "store.Lake:Root.lifecycle", "store.Segments:Root", "store.Segments:Root.space", "store.Quarantine:Root",
            "kafka.brokers",
            "kafka.topic.UserActionsTopic", "sqs.user_logins", "sqs.user_logins.dead_letters", "provider.facebook.1001",
            "provider.facebook.1001.streams", "provider.google_ads.1234567801.streams", "provider.clevertap.AAA-111-11ZZ.streams",
            "provider.bigquery.shop-analytics", "provider.bigquery.shop-analytics.streams", "provider.relational.shop",
            "provider.relational.shop.streams", "alerts.hook", "alerts.mail", "telemetry.otlp",
            "store.Drop:Root",
        ];
        Assert.All(expected, check => Assert.Contains(check, ok));
        Assert.Contains("1 of its files read", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_behind_sent_or_taken()
    {
        await rig.Sqs.TakeAllAsync(rig.Queue);
        await rig.Sqs.SendAsync(rig.Queue, ["kept"]);
        await rig.ExamineProgramAsync();
        Assert.Equal(["kept"], (await rig.Sqs.TakeAllAsync(rig.Queue)).Select(message => message.Body));
        Assert.Equal(0, await rig.Sqs.CountAsync(rig.DeadLetters));
        Assert.Equal((true, 0), (rig.Hook.Requests > 0, rig.Hook.All.Count(taken => taken.Body.Length > 0)));
        Assert.Empty(rig.Mail.Mails);
        Assert.Contains("plain QUIT", rig.Mail.Commands);
        Assert.Equal(["/v1/traces"], rig.Exported);
        Assert.Equal(0, (await rig.Apis.CountersAsync("bigquery")).GetProperty("operations").GetInt32());
        using var group = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = rig.Brokers, GroupId = "pipeline" })
            .Build();
        Assert.Equal(Offset.Unset, Assert.Single(group.Committed([new("user-actions", 0)], TimeSpan.FromSeconds(10))).Offset);
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
    public async Task An_extension_and_schemas_that_are_not_permitted()
    {
        var (role, database) = ($"plain_{Guid.NewGuid():N}", rig.Postgres.CreateDatabase());
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN; ");
        await rig.SqlAsync($"CREATE SCHEMA pipeline AUTHORIZATION {role}; CREATE SCHEMA warehouse AUTHORIZATION {role}", database);
        await BlamesAsync("postgres.", "CREATE EXTENSION btree_gist", ("Ledger__ConnectionString", With(database, role, "")));
        await BlamesAsync("postgres.", "GRANT CREATE ON DATABASE", ("Ledger__ConnectionString", With(database, role, "")));
    }

    [Fact]
    public async Task Migrations_from_the_future()
    {
        var database = rig.Postgres.CreateDatabase() + ";Maximum Pool Size=20";
        await using (var source = NpgsqlDataSource.Create(database))
            await LedgerMigrations.ApplyAsync(source, TimeProvider.System, TestContext.Current.CancellationToken);
        await rig.SqlAsync("INSERT INTO pipeline.schema_migration VALUES (9999, '9999_tomorrow.sql', 'x', now())", database);
        await BlamesAsync("postgres.migrations", "Run the newer program", ("Ledger__ConnectionString", database));
    }

    [Theory]
    [InlineData("GRANT SELECT ON ALL TABLES IN SCHEMA pipeline TO", "INSERT, UPDATE, DELETE ON pipeline.alert;")]
    [InlineData("GRANT ALL ON ALL TABLES IN SCHEMA pipeline TO", "GRANT CREATE ON SCHEMA warehouse TO")]
    public async Task A_role_that_may_not_write_where_all_migrations_are_applied(string grant, string remedy)
    {
        var (role, database) = ($"reader_{Guid.NewGuid():N}", rig.Postgres.CreateDatabase());
        await using (var source = NpgsqlDataSource.Create(database))
            await LedgerMigrations.ApplyAsync(source, TimeProvider.System, TestContext.Current.CancellationToken);
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN");
        await rig.SqlAsync($"GRANT USAGE ON SCHEMA pipeline, warehouse TO {role}; {grant} {role}", database);
        await BlamesAsync("postgres.rights", remedy, ("Ledger__ConnectionString", With(database, role, "")));
    }

    [Fact]
    public async Task Tables_and_views_that_somebody_else_owns()
    {
        var (role, database) = ($"guest_{Guid.NewGuid():N}", await LedgerWithTablesAsync());
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN");
        await rig.SqlAsync(
            $"""
            GRANT USAGE, CREATE ON SCHEMA pipeline, warehouse TO {role};
            GRANT ALL ON ALL TABLES IN SCHEMA pipeline, warehouse TO {role};
            ALTER TABLE warehouse.user_logins OWNER TO {role}
            """, database);
        var settings = ("Ledger__ConnectionString", (string?)With(database, role, ""));

        var (code, report, text) = await rig.ExamineAsync(settings);
        Assert.True(code == 0, text);
        var (_, what, remedy) = Assert.Single(Findings(report, "warning"), finding => finding.Check == "postgres.ownership");
        Assert.Contains("warehouse.ad_performance, ", what, StringComparison.Ordinal);
        Assert.Contains("warehouse.ad_performance_metrics, ", what, StringComparison.Ordinal);
        Assert.DoesNotContain("warehouse.user_logins", what, StringComparison.Ordinal);

        await rig.SqlAsync(remedy["As the owner: ".Length..].TrimEnd('.'), database);
        (_, report, text) = await rig.ExamineAsync(settings);
        Assert.True(Findings(report, "ok").Any(finding => finding.Check == "postgres.ownership"), text);

        await rig.SqlAsync(
            $"""
            ALTER TABLE warehouse.ad_performance OWNER TO postgres, DROP COLUMN clicks CASCADE;
            GRANT ALL ON warehouse.ad_performance TO {role}
            """, database);
        await BlamesAsync("postgres.ownership", $"ALTER TABLE warehouse.ad_performance OWNER TO {role}", settings);
    }

    [Fact]
    public async Task Row_policies_that_apply_to_the_role()
    {
        var (role, database) = ($"ruled_{Guid.NewGuid():N}", await LedgerWithTablesAsync());
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN");
        await rig.SqlAsync(
            $"""
            GRANT USAGE, CREATE ON SCHEMA pipeline, warehouse TO {role};
            GRANT ALL ON ALL TABLES IN SCHEMA pipeline, warehouse TO {role};
            ALTER TABLE warehouse.user_logins ENABLE ROW LEVEL SECURITY
            """, database);
        var (code, report, text) = await rig.ExamineAsync(("Ledger__ConnectionString", With(database, role, "")));
        Assert.True(code == 0, text);
        var (_, what, remedy) = Assert.Single(Findings(report, "warning"), finding => finding.Check == "postgres.policies");
        Assert.Contains($"Row policies of warehouse.user_logins apply to {role}", what, StringComparison.Ordinal);
        Assert.Contains($"ALTER ROLE {role} BYPASSRLS", remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "GRANT CREATE ON DATABASE")]
    [InlineData("GRANT CREATE ON DATABASE {0} TO {1}; CREATE SCHEMA localhost", "GRANT USAGE ON SCHEMA localhost TO")]
    [InlineData("GRANT CREATE ON DATABASE {0} TO {1}; CREATE SCHEMA localhost; CREATE TABLE localhost.node (id int); "
        + "GRANT ALL ON SCHEMA localhost TO {1}; GRANT SELECT ON localhost.node TO {1}",
        "GRANT INSERT, UPDATE, DELETE ON localhost.node TO")]
    public async Task A_role_that_may_not_keep_the_hosts_state(string sql, string remedy)
    {
        var (role, database) = ($"host_{Guid.NewGuid():N}", rig.Postgres.CreateDatabase());
        await rig.SqlAsync($"CREATE ROLE {role} LOGIN");
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        if (sql.Length > 0) await rig.SqlAsync(string.Format(CultureInfo.InvariantCulture, sql, name, role), database);
        await BlamesAsync("host.state", remedy, ("LocalHost__Postgres", With(database, role, "")));
    }

    [Fact]
    public async Task An_upload_that_may_not_be_dropped()
    {
        var bucket = await DenyingBucketAsync("s3:AbortMultipartUpload");
        await ProgramBlamesAsync("store.Lake:Root", "Allow s3:AbortMultipartUpload", ("Lake__Root", $"s3://{bucket}/lake"));
    }

    [Fact]
    public Task A_bucket_that_is_missing() =>
        ProgramBlamesAsync("store.Lake:Root", "Create the bucket", ("Lake__Root", "s3://nowhere/lake"));

    [Fact]
    public async Task A_bucket_that_may_only_be_read()
    {
        var bucket = await DenyingBucketAsync("s3:PutObject", "s3:DeleteObject");
        await ProgramBlamesAsync("store.Lake:Root", "Allow s3:PutObject", ("Lake__Root", $"s3://{bucket}/lake"));
    }

    [Fact]
    public async Task A_drop_folder_that_may_be_listed_and_not_read()
    {
        var bucket = await DenyingBucketAsync("s3:GetObject");
        using var client = rig.S3;
        await client.PutObjectAsync(
            new() { BucketName = bucket, Key = "drop/clicks/a.csv", ContentBody = "click_id" }, TestContext.Current.CancellationToken);
        await ProgramBlamesAsync("store.Drop:Root", "s3:GetObject", ("Drop__Root", $"s3://{bucket}/drop"));
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
        "kafka.brokers", "Correct KafkaBrokers", ("KafkaBrokers", $"127.0.0.1:{Ports.Free()}"));

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

    [Theory]
    [InlineData(1, 29, "Allow Describe and Read on the topic user-actions")]     // Fetch, TOPIC_AUTHORIZATION_FAILED
    [InlineData(10, 30, "Allow Read on the consumer group pipeline")]            // FindCoordinator, GROUP_AUTHORIZATION_FAILED
    [InlineData(9, 30, "Allow Read on the consumer group pipeline")]             // OffsetFetch
    [InlineData(8, 30, "Allow Read on the consumer group pipeline")]             // OffsetCommit, what Describe alone does not allow
    public async Task A_topic_that_may_be_described_and_not_read(short request, int error, string remedy)
    {
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 1);
        cluster.PushErrors(request, error, error);
        await BlamesAsync("kafka.topic.UserActionsTopic", remedy, [("KafkaBrokers", cluster.Bootstrap), .. OnlyUserActions]);
    }

    [Fact]
    public async Task A_topic_of_a_hundred_topic_partitions_on_three_brokers()
    {
        using var cluster = new MockKafkaCluster(brokers: 3);
        cluster.CreateTopic("user-actions", 100);
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = cluster.Bootstrap }).Build())
            foreach (var record in Enumerable.Range(0, 400))
                await producer.ProduceAsync(
                    new TopicPartition("user-actions", record % 100), new() { Value = new byte[4096] },
                    TestContext.Current.CancellationToken);
        var (code, _, text) = await rig.ExamineAsync([("KafkaBrokers", cluster.Bootstrap), .. OnlyUserActions]);
        Assert.True(code == 0, text);
        Assert.Contains("user-actions: 100 topic-partitions, each read, as the group pipeline.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_gives_nothing()
    {
        using var cluster = new MockKafkaCluster(brokers: 2);
        cluster.CreateTopic("user-actions", 4);
        for (var number = 0; number < 4; number++) cluster.SetLeader("user-actions", number, 1 + (number % 2));
        cluster.SetCoordinator("pipeline", 1);
        cluster.SetRoundTrip(2, TimeSpan.FromMinutes(1));
        await BlamesAsync(
            "kafka.topic.UserActionsTopic", "2 of the 4 topic-partitions of 'user-actions' gave nothing for 8 seconds: 1, 3.",
            [("KafkaBrokers", cluster.Bootstrap.Split(',')[0]), .. OnlyUserActions]);
    }

    [Theory]
    [InlineData("ReceiveMessage", "sqs.user_logins")]
    [InlineData("DeleteMessage", "sqs.user_logins")]
    [InlineData("ChangeMessageVisibility", "sqs.user_logins")]
    [InlineData("SendMessage", "sqs.user_logins.dead_letters")]
    public async Task A_queue_that_may_only_be_looked_at(string action, string check)
    {
        using var forward = new HttpClient();
        await using var gate = new LoopbackServer(async call =>
        {
            if (call.Request.Headers["x-amz-target"] != $"AmazonSQS.{action}")
            {
                await call.Response.WriteAsync(await PassAsync(call));
                return;
            }
            call.Response.StatusCode = 400;
            await call.Response.WriteAsync("""{"__type": "com.amazon.coral.service#AccessDeniedException"}""");
        });
        await ProgramBlamesAsync(check, $"Allow sqs:{action} on the queue", ("Sqs__Endpoint", gate.Address));

        async Task<string> PassAsync(HttpContext call)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, rig.Sqs.Address) { Content = new StreamContent(call.Request.Body) };
            request.Content.Headers.ContentType = new(call.Request.ContentType!);
            request.Headers.Add("x-amz-target", call.Request.Headers["x-amz-target"].ToString());
            using var answer = await forward.SendAsync(request);
            call.Response.StatusCode = (int)answer.StatusCode;
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public Task A_queue_that_is_missing() => ProgramBlamesAsync(
        "sqs.user_logins", "Create the queue",
        ("Sqs__Queues__user_logins__Url", new Uri(rig.Sqs.Address, "/000000000000/nowhere").ToString()));

    [Fact]
    public Task A_token_that_is_dead() =>
        BlamesAsync("provider.facebook.1001", "Renew or correct Facebook:AccessToken", ("Facebook__AccessToken", "canary-dead"));

    [Fact]
    public Task An_account_whose_reports_the_token_may_not_read() => DuringAsync(
        new { platform = "facebook", fault = "permission_200", endpoint = "insights" },
        () => BlamesAsync("provider.facebook.1001.", "Give the user of Facebook:AccessToken ads_read on the account 1001"));

    // The probe's question, which is the first one, is let through.
    [Fact]
    public Task A_customer_whose_figures_Google_does_not_give() => DuringAsync(
        new { platform = "google_ads", fault = "user_permission_denied", endpoint = "search_stream", after = 1 },
        () => BlamesAsync("provider.google_ads.1234567801.", "Give the credentials' user access to the customer 1234567801"));

    [Fact]
    public Task An_event_that_CleverTap_does_not_know() => BlamesAsync(
        "provider.clevertap.AAA-111-11ZZ.app launched", "Correct or take out 'app launched' in Events",
        ("CleverTap__Projects__0__Events__1", "app launched"));

    [Theory]
    [InlineData("", "orders", "", "there is no table shop.nothing", "Correct Name, DayColumn and Key of shop.nothing")]
    [InlineData("", "", "sent_at", "shop.orders has no column sent_at", "Correct Name, DayColumn and Key of shop.orders")]
    [InlineData("USAGE ON SCHEMA shop", "", "", "permission denied for table orders", "GRANT SELECT ON \"shop\".\"orders\" TO ")]
    [InlineData("SELECT ON shop.orders", "", "", "permission denied for schema shop", "GRANT USAGE ON SCHEMA \"shop\" TO ")]
    public async Task A_table_that_is_not_as_the_settings_say_or_may_not_be_read(
        string grant, string missing, string dayColumn, string what, string remedy)
    {
        var reader = $"reader_{Guid.NewGuid():N}";
        await rig.SqlAsync($"CREATE ROLE {reader} LOGIN; {(grant.Length > 0 ? $"GRANT {grant} TO {reader}" : "")}", rig.Shop);
        var (name, column) = (missing.Length > 0 ? "shop.nothing" : "shop.orders", dayColumn.Length > 0 ? dayColumn : "ordered_at");
        (string, string?)[] changes =
        [
            ("Relational__Databases__shop__Tables__0__Name", name), ("Relational__Databases__shop__Tables__0__DayColumn", column),
            ("Relational__Databases__shop__ConnectionString", grant.Length > 0 ? With(rig.Shop, reader, "") : rig.Shop),
        ];
        await BlamesAsync($"provider.relational.shop.{name}", what, changes);
        await BlamesAsync($"provider.relational.shop.{name}", remedy + (grant.Length > 0 ? reader : ""), changes);
    }

    [Fact]
    public async Task A_table_of_which_policies_may_hide_rows()
    {
        var (reader, table) = ($"reader_{Guid.NewGuid():N}", $"parcels_{Guid.NewGuid():N}");
        await rig.SqlAsync(
            $"""
            CREATE ROLE {reader} LOGIN; GRANT USAGE ON SCHEMA shop TO {reader};
            CREATE TABLE shop.{table} (id bigint PRIMARY KEY, sent_at timestamptz NOT NULL); GRANT SELECT ON shop.{table} TO {reader};
            ALTER TABLE shop.{table} ENABLE ROW LEVEL SECURITY
            """, rig.Shop);
        (string, string?)[] changes =
        [
            ("Relational__Databases__shop__Tables__0__Name", $"shop.{table}"), ("Relational__Databases__shop__Tables__0__DayColumn", "sent_at"),
            ("Relational__Databases__shop__ConnectionString", With(rig.Shop, reader, "")),
        ];
        var (code, report, text) = await rig.ExamineAsync(changes);
        Assert.True(code == 0, text);
        var (_, what, remedy) = Assert.Single(Findings(report, "warning"), finding => finding.Check == $"provider.relational.shop.shop.{table}");
        Assert.Contains($"Row policies of shop.{table} apply to {reader}", what, StringComparison.Ordinal);
        Assert.Contains($"ALTER ROLE {reader} BYPASSRLS", remedy, StringComparison.Ordinal);

        await rig.SqlAsync($"ALTER ROLE {reader} BYPASSRLS");
        (_, report, _) = await rig.ExamineAsync(changes);
        Assert.DoesNotContain(Findings(report, "warning"), finding => finding.Check.StartsWith("provider.relational", StringComparison.Ordinal));
    }

    [Fact]
    public Task A_table_of_BigQuery_that_may_not_be_queried() => DuringAsync(
        new { platform = "bigquery", fault = "access_denied" },
        () => BlamesAsync("provider.bigquery.shop-analytics.user_actions", "roles/bigquery.dataViewer on shop.user_actions"));

    [Theory]
    [InlineData("BigQuery__Streams__0__Table", "shop.nothing", "Not found: Table shop-analytics:shop.nothing")]
    [InlineData("BigQuery__Streams__0__Columns__0", "nothing", "Unrecognized name: nothing")]
    [InlineData("BigQuery__Location", "US", "Not found: Dataset shop-analytics:shop was not found in location US")]
    public Task A_table_of_BigQuery_that_is_not_as_the_settings_say(string setting, string value, string what) =>
        BlamesAsync("provider.bigquery.shop-analytics.user_actions", what, (setting, value));

    [Fact]
    public Task A_database_of_tables_that_lets_nobody_in() => BlamesAsync(
        "provider.relational.shop", "correct Relational:Databases:shop:ConnectionString",
        ("Relational__Databases__shop__ConnectionString", With(rig.Postgres.ConnectionString("postgres"), "nobody", "canary-password")));

    [Fact]
    public Task A_key_of_BigQuery_that_is_not_there() => BlamesAsync(
        "provider.bigquery.shop-analytics", "BigQuery:ServiceAccountFile", ("BigQuery__ServiceAccountFile", "/nowhere/key.json"));

    [Fact]
    public async Task A_source_whose_settings_are_wrong_hides_no_other_one()
    {
        var (code, report, text) = await rig.ExamineAsync(("BigQuery__Location", "no place"), ("Facebook__AccessToken", "canary-dead"));
        Assert.True(code == 1, text);
        Assert.Equal(["settings.bigquery", "provider.facebook.1001"], Findings(report, "fault").Select(finding => finding.Check));
    }

    [Fact]
    public Task A_webhook_that_is_away() => BlamesAsync("alerts.hook", "Correct Url of Alerts:Channels:hook",
        ("Alerts__Channels__hook__Url", $"http://127.0.0.1:{Ports.Free()}/canary-path"));

    [Fact]
    public Task A_mail_server_that_is_away() => BlamesAsync(
        "alerts.mail", "Correct Host, Port, Username and Password of Alerts:Channels:mail",
        ("Alerts__Channels__mail__Port", $"{Ports.Free()}"));

    [Fact]
    public async Task A_mail_server_that_lets_the_user_not_in()
    {
        using var server = new MailServer { RefusesPassword = true };
        await BlamesAsync("alerts.mail", "refuses the user or the password (535)", ("Alerts__Channels__mail__Port", $"{server.Port}"));
    }

    [Theory]
    [InlineData(false, "does not offer STARTTLS")]
    [InlineData(true, "certificate is not trusted")]
    public async Task A_mail_server_beyond_this_machine_without_a_trusted_tls(bool offersTls, string what)
    {
        using var server = new MailServer(offersTls ? MailTests.SelfSigned() : null);
        await BlamesAsync("alerts.mail", what,
            ("Alerts__Channels__mail__Host", Dns.GetHostName()), ("Alerts__Channels__mail__Port", $"{server.Port}"));
        Assert.DoesNotContain(server.Commands, line => line.Contains("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_is_away() => await ProgramBlamesAsync(
        "telemetry.otlp", "correct OTEL_EXPORTER_OTLP_ENDPOINT",
        ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{Ports.Free()}"));

    [Theory]
    [InlineData("settings.alerts", "Kind is not one of", "Alerts__Channels__hook__Kind", "pigeon")]
    [InlineData("settings.bigquery", "write where the tables lie", "BigQuery__Location", "no place")]
    [InlineData("settings.relational", "write the IANA zone", "Relational__Databases__shop__Tables__0__TimeZone", "Mars/Olympus")]
    public Task Settings_that_stop_a_start(string check, string remedy, string name, string value) =>
        BlamesAsync(check, remedy, (name, value));

    [Fact]
    public void Every_section_that_stops_a_start_is_examined()
    {
        var validated = new ServiceCollection().AddPipeline(new ConfigurationBuilder().Build()).Select(part => part.ServiceType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(type => type.GenericTypeArguments[0].Name).Distinct();
        Assert.Equal(validated.Order(), SettingsChecks.Sections.Select(section => section.Options.Name).Order());
    }

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
        BlamesAsync("registry", "Check Registry:Url", ("Registry__Url", $"http://127.0.0.1:{Ports.Free()}"));

    [Fact]
    public async Task A_contract_with_a_fault()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-contracts-").FullName;
        Repository.CopyContracts(folder);
        var contract = Path.Combine(folder, "user_actions.yaml");
        var text = await File.ReadAllTextAsync(contract, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            contract, text.Replace("type: timestamp", "type: timestmp", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await BlamesAsync("contracts", "timestamp", ("Datasets__Folder", folder));
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<(string, string?)> OnlyUserActions =>
        from other in (string[])["LandImpressions", "LandClicks", "LandConversions", "LandBidRequests"]
        select ($"AzureWebJobs_{other}_Disabled", (string?)"true");

    private async Task DuringAsync(object fault, Func<Task> examine)
    {
        await rig.Apis.SwitchAsync("faults", fault);
        try
        {
            await examine();
        }
        finally
        {
            await rig.Apis.SwitchAsync("reset", new { });
        }
    }

    // A ledger, and the tables and views of all contracts.
    private async Task<string> LedgerWithTablesAsync()
    {
        var stopping = TestContext.Current.CancellationToken;
        var database = rig.Postgres.CreateDatabase() + ";Maximum Pool Size=20";
        await using var source = NpgsqlDataSource.Create(database);
        await LedgerMigrations.ApplyAsync(source, TimeProvider.System, stopping);
        var contracts = ContractReader.ReadFolder(Repository.PathOf("functions/datasets")).Verified().Contracts;
        await using var connection = await source.OpenConnectionAsync(stopping);
        foreach (var shape in contracts.Select(TableShape.Of).OfType<TableShape>()) await TableDdl.EnsureAsync(connection, shape, stopping);
        foreach (var contract in contracts) await TableViews.EnsureAsync(connection, contract.Views, stopping);
        return database;
    }

    // A bucket of which somebody forbids these actions.
    private async Task<string> DenyingBucketAsync(params string[] actions)
    {
        var bucket = $"b{Guid.NewGuid():N}";
        await rig.CreateBucketAsync(bucket);
        using var client = rig.S3;
        await client.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""
                {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Deny", "Principal": "*", "Action": {{JsonSerializer.Serialize(actions)}}, "Resource": "arn:aws:s3:::{{bucket}}/*"}]}
                """,
        }, TestContext.Current.CancellationToken);
        return bucket;
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
        // A name that ends in a dot stands for all below it: what stops an account stops each of its streams.
        if (check.EndsWith('.')) Assert.All(faults, finding => Assert.StartsWith(check, finding.Check, StringComparison.Ordinal));
        else Assert.Equal([check], faults.Select(finding => finding.Check));
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

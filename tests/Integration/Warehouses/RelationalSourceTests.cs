using System.Text.Json;
using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Lake;
using Pipeline.Sources.Relational;
using Pipeline.Sources.Slices;
using Pipeline.Tests.Integration.Sources;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Warehouses;

/// <summary>Tables of a real PostgreSQL, read day by day.</summary>
public sealed class RelationalSourceTests(PostgresServer postgres) : IDisposable
{
    private static readonly DateOnly Day = new(2026, 10, 1);

    private readonly string database = postgres.CreateDatabase();
    private readonly string folder = Directory.CreateTempSubdirectory("pipeline-relational-").FullName;
    private readonly LeapingClock clock = new();

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_value_arrives_digit_by_digit()
    {
        await SqlAsync(
            """
            CREATE SCHEMA shop;
            CREATE DOMAIN shop.money2 AS numeric(38,10); CREATE DOMAIN shop.clock AS timestamp; CREATE DOMAIN shop.wall_clock AS shop.clock;
            CREATE TABLE shop."Odd ""Table" (id bigint PRIMARY KEY, at timestamptz, local shop.wall_clock, day date, n numeric, d shop.money2, f float8, i int, s text,
                b bool, j jsonb, a numeric[], "odd ""name" text, u uuid, gone text);
            ALTER TABLE shop."Odd ""Table" DROP COLUMN gone;
            INSERT INTO shop."Odd ""Table" VALUES (9223372036854775807, '2026-10-01 23:59:59.999999+02', '2026-10-01 12:00:00.000001', '2026-10-01',
                12345678901234567890123456789.123456789012345678901234567890, 1.1, 0.1, -5, E'ü\n"\\', true, '{"k": 1.50}', '{1.10,NULL}', 'x',
                '00000000-0000-0000-0000-000000000001');
            INSERT INTO shop."Odd ""Table" (id, at, n, f) VALUES (1, '2026-10-01 00:00:00+02', 'NaN', 'Infinity'), (2, '2026-09-30 23:59:59.999999+02', 0, 0),
                (3, '2026-10-02 00:00:00+02', 0, 0);
            """);
        var rows = await RowsAsync(new() { Name = "shop.Odd \"Table", DayColumn = "at", TimeZone = "Europe/Berlin" });
        Assert.Equal(["1", "9223372036854775807"], rows.Select(row => row.GetProperty("id").GetString()));
        Assert.Equal(("NaN", "Infinity", JsonValueKind.Null), (Text(rows[0], "n"), Text(rows[0], "f"), rows[0].GetProperty("s").ValueKind));
        Assert.Equal(
            """{"id":"9223372036854775807","at":"2026-10-01T21:59:59.999999+00:00","local":"2026-10-01T10:00:00.000001+00:00","day":"2026-10-01","n":"12345678901234567890123456789.123456789012345678901234567890","d":"1.1000000000","f":"0.1","i":"-5","s":"ü\n\"\\","b":true,"j":{"k": 1.50},"a":[1.10,null],"odd \"name":"x","u":"00000000-0000-0000-0000-000000000001"}""",
            rows[1].GetRawText());
    }

    [Theory]
    [InlineData("date", 1)]
    [InlineData("timestamp", 3)]
    [InlineData("timestamptz", 7)]
    public async Task Pages_follow_the_key_and_no_row_is_lost_or_read_twice(string type, int pageRows)
    {
        await SqlAsync(
            $"""
            CREATE TABLE events (region text NOT NULL COLLATE "C", number int NOT NULL, at {type} NOT NULL, UNIQUE (region, number));
            INSERT INTO events SELECT region, number, '2026-10-01'::{type} FROM unnest(ARRAY['a', 'Z', 'é', '']) AS region, generate_series(1, 11) AS number;
            INSERT INTO events VALUES ('a', 100, '2026-10-02'), ('a', 101, '2026-09-30');
            """);
        var rows = await RowsAsync(new() { Name = "events", DayColumn = "at", Key = ["region", "number"], TimeZone = "Etc/UTC" }, pageRows);
        Assert.Equal(44, rows.Count);
        Assert.Equal(44, rows.Select(row => row.GetRawText()).Distinct().Count());
        Assert.All(rows, row => Assert.StartsWith("2026-10-01", Text(row, "at"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("citext")]
    [InlineData("handle")]
    [InlineData("short_handle")]
    public async Task A_key_with_an_order_of_its_own_withholds_the_day_and_is_told_beforehand_until_another_one_is_named(string type)
    {
        await SqlAsync(
            $"""
            CREATE EXTENSION citext; CREATE DOMAIN handle AS citext; CREATE DOMAIN short_handle AS handle CHECK (length(value) < 9);
            CREATE TABLE events (name {type} PRIMARY KEY, at date NOT NULL);
            INSERT INTO events SELECT name, '2026-10-01' FROM unnest(ARRAY['a', 'B', 'c', 'D', 'e']) AS name;
            """);
        var table = new RelationalTable { Name = "events", DayColumn = "at", TimeZone = "Etc/UTC" };
        var reason = $"PostgreSQL was not asked: name of events is public.{type}, a type with an order of its own that pages cannot follow; "
            + "name another Key, such as a unique column GENERATED ALWAYS AS its text.";
        Assert.Equal(reason, (await StepAsync(table, 1)).Suspect);
        await using var source = Source(table);
        Assert.Equal(reason, (await source.RehearseAsync(TaskOf(table, Day).Extraction.Window, Stopping))?.Problem);

        await SqlAsync("ALTER TABLE events ADD name_text text COLLATE \"C\" GENERATED ALWAYS AS (name::text) STORED NOT NULL UNIQUE");
        Assert.Equal(["B", "D", "a", "c", "e"], (await RowsAsync(table with { Key = ["name_text"] }, 1)).Select(row => Text(row, "name")));
    }

    [Theory]
    [InlineData("size")]
    [InlineData("code")]
    [InlineData("short_code")]
    public async Task Keys_of_enums_and_of_domains_are_followed_like_others(string type)
    {
        await SqlAsync(
            $"""
            CREATE TYPE size AS ENUM ('small', 'medium', 'large'); CREATE DOMAIN code AS text; CREATE DOMAIN short_code AS code;
            CREATE TABLE events (name {type} PRIMARY KEY, at date NOT NULL);
            INSERT INTO events VALUES ('small', '2026-10-01'), ('medium', '2026-10-01'), ('large', '2026-10-01');
            """);
        var rows = await RowsAsync(new() { Name = "events", DayColumn = "at", TimeZone = "Etc/UTC" }, 1);
        Assert.Equal(type == "size" ? ["small", "medium", "large"] : ["large", "medium", "small"], rows.Select(row => Text(row, "name")));
    }

    [Fact]
    public async Task A_day_is_one_snapshot_whatever_is_written_while_it_is_read()
    {
        await SqlAsync("CREATE TABLE events (id int PRIMARY KEY, at date NOT NULL); INSERT INTO events SELECT n, '2026-10-01' FROM generate_series(1, 400) AS n");
        using var writing = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            while (!writing.IsCancellationRequested)
                await SqlAsync("BEGIN; DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY random() LIMIT 40); INSERT INTO events SELECT n, '2026-10-01' FROM generate_series(1, 400) AS n ON CONFLICT DO NOTHING; COMMIT");
        }, Stopping);
        for (var round = 0; round < 10; round++)
            Assert.Equal(400, (await RowsAsync(new() { Name = "events", DayColumn = "at", TimeZone = "Etc/UTC" }, 7)).Count);
        await writing.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task Large_days_become_pages_of_bounded_size_and_an_empty_one_tells_its_columns()
    {
        await SqlAsync("CREATE TABLE events (id int PRIMARY KEY, at date NOT NULL, text text); INSERT INTO events SELECT n, '2026-10-01', repeat('x', 100000) FROM generate_series(1, 100) AS n");
        var table = new RelationalTable { Name = "events", DayColumn = "at", TimeZone = "Etc/UTC" };
        var large = await StepAsync(table, 5000);
        Assert.Equal((StepKind.Fetched, 3), (large.Kind, large.Part!.Pages));
        Assert.Equal(100, (await Landed.PagesAsync(Segments, [large.Part])).Sum(page => page.GetProperty("rows").GetArrayLength()));

        var empty = await StepAsync(table, 5000, Day.AddDays(1));
        var page = Assert.Single(await Landed.PagesAsync(Segments, [empty.Part!]));
        Assert.Equal("""{"schema":{"fields":[{"name":"id","type":"integer"},{"name":"at","type":"date"},{"name":"text","type":"text"}]},"rows":[]}""", page.GetRawText());
    }

    [Theory]
    [InlineData("gone", "at", "", "there is no table gone, or the user may not use its schema.")]
    [InlineData("events", "placed_at", "", "events has no column placed_at, which the settings name as its DayColumn.")]
    [InlineData("events", "text", "", "text of events is text; DayColumn must be a date or a timestamp.")]
    [InlineData("events", "at", "number", "events has no column number, which the settings name as its Key.")]
    [InlineData("events", "at", "text", "events has no primary key, or no unique index on the NOT NULL columns that the settings name as its Key.")]
    [InlineData("loose", "at", "", "loose has no primary key, or no unique index on the NOT NULL columns that the settings name as its Key.")]
    public async Task What_the_settings_name_and_the_table_lacks_withholds_the_day(string name, string dayColumn, string key, string reason)
    {
        await SqlAsync("CREATE TABLE events (id int PRIMARY KEY, at date, text text); CREATE TABLE loose (id int UNIQUE, at date); CREATE UNIQUE INDEX ON loose (at) WHERE id > 1");
        var step = await StepAsync(new() { Name = name, DayColumn = dayColumn, Key = key.Length > 0 ? [key] : [], TimeZone = "Etc/UTC" }, 5000);
        Assert.Equal((StepKind.Fetched, $"PostgreSQL was not asked: {reason}", 0), (step.Kind, step.Suspect, step.Part!.Pages));
    }

    [Fact]
    public async Task Nothing_can_be_written_and_nothing_takes_for_ever()
    {
        await SqlAsync(
            """
            CREATE TABLE events (id int PRIMARY KEY, at date);
            CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN $1; END $$;
            CREATE FUNCTION sly(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.events; RETURN $1; END $$;
            ALTER TABLE events ENABLE ROW LEVEL SECURITY; ALTER TABLE events FORCE ROW LEVEL SECURITY;
            CREATE POLICY all_rows ON events USING (public.slow(id) > 0);
            INSERT INTO events VALUES (1, '2026-10-01');
            CREATE ROLE reader LOGIN; GRANT SELECT ON events TO reader;
            """);
        var table = new RelationalTable { Name = "events", DayColumn = "at", TimeZone = "Etc/UTC" };
        var slow = await StepAsync(table, 5000, user: "reader", timeout: 1);
        Assert.Equal("PostgreSQL answered 57014: a statement took longer than Relational:StatementTimeoutSeconds. Give the DayColumn an index, or raise the limit.", slow.Suspect);
        await SqlAsync("DROP POLICY all_rows ON events; CREATE POLICY all_rows ON events USING (public.sly(id) > 0)");
        Assert.StartsWith("PostgreSQL answered 25006: cannot execute DELETE", (await StepAsync(table, 5000, user: "reader")).Suspect, StringComparison.Ordinal);
        await SqlAsync("REVOKE SELECT ON events FROM reader");
        Assert.Equal("PostgreSQL answered 42501: permission denied for table events. Grant the user SELECT on it.", (await StepAsync(table, 5000, user: "reader")).Suspect);
        await SqlAsync("DROP OWNED BY reader; DROP ROLE reader");
    }

    [Fact]
    public async Task A_database_that_cannot_be_entered_is_stopped_and_one_that_is_away_is_tried_again()
    {
        var table = new RelationalTable { Name = "events", DayColumn = "at", TimeZone = "Asia/Tokyo" };
        await using (var stranger = Source(table, user: "nobody"))
        {
            var probe = await stranger.ProbeAsync("shop", Stopping);
            Assert.Equal("PostgreSQL answered 28000: role \"nobody\" does not exist. Check user, password and database.", probe.Problem);
            Assert.Equal("Asia/Tokyo", probe.TimeZone);
            Assert.Equal(StepKind.Stopped, (await stranger.StepAsync(TaskOf(table, Day), Stopping)).Kind);
        }
        await using var away = new RelationalSource(Options(table, $"Host=127.0.0.1;Port={Ports.Free()};Username=postgres;Timeout=2"), Segments, clock);
        await Assert.ThrowsAsync<TransientException>(() => away.ProbeAsync("shop", Stopping));
        await Assert.ThrowsAsync<TransientException>(() => away.StepAsync(TaskOf(table, Day), Stopping));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private FolderStore Segments => new(folder);

    private async Task<List<JsonElement>> RowsAsync(RelationalTable table, int pageRows = 5000)
    {
        var step = await StepAsync(table, pageRows);
        Assert.Equal((StepKind.Fetched, null), (step.Kind, step.Suspect));
        return [.. (await Landed.PagesAsync(Segments, [step.Part!])).SelectMany(page => page.GetProperty("rows").EnumerateArray())];
    }

    private async Task<Step> StepAsync(RelationalTable table, int pageRows, DateOnly? day = null, string user = "postgres", int timeout = 60)
    {
        await using var source = Source(table, pageRows, user, timeout);
        return await source.StepAsync(TaskOf(table, day ?? Day), Stopping);
    }

    private RelationalSource Source(RelationalTable table, int pageRows = 5000, string user = "postgres", int timeout = 60) =>
        new(Options(table, new NpgsqlConnectionStringBuilder(database) { Username = user }.ConnectionString) with { PageRows = pageRows, StatementTimeoutSeconds = timeout }, Segments, clock);

    private static RelationalOptions Options(RelationalTable table, string connection) =>
        new() { Databases = new() { ["shop"] = new() { ConnectionString = connection, Tables = [table] } } };

    private SliceTask TaskOf(RelationalTable table, DateOnly day) => new(new(7, new("relational", "shop", table.Name, day, day), clock.GetUtcNow()), 0, null);

    private async Task SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}

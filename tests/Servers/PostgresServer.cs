using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Pipeline.Tests.Servers;

/// <summary>A private PostgreSQL cluster in a temporary directory: an assembly fixture of the tests that need one.</summary>
/// <remarks>fsync is off unless asked for: a throw-away cluster survives kill -9 of its processes, not a power cut.</remarks>
public sealed class PostgresServer : IDisposable
{
    private readonly string directory = Path.Combine(Path.GetTempPath(), $"pipeline-pg-{Guid.NewGuid():N}");
    private readonly string data;

    public PostgresServer() : this(durable: false) { }

    private PostgresServer(bool durable)
    {
        data = Path.Combine(directory, "data");
        Directory.CreateDirectory(directory);
        if (Environment.UserName == "root") Run("chown", "postgres", directory);
        Port = Ports.Free();
        Unprivileged("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        var settings = $"-c listen_addresses=127.0.0.1 -p {Port} -k {directory} -c max_connections=200 -c shared_buffers=256MB"
            + (durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off");
        File.WriteAllText(Path.Combine(directory, "settings"), settings);
        Start();
    }

    /// <summary>A cluster that syncs to disk, as production does: for measuring.</summary>
    public static PostgresServer Durable() => new(durable: true);

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Creates an empty database of its own for one test (class) and returns its connection string.</summary>
    public string CreateDatabase()
    {
        var name = $"t{Guid.NewGuid():N}";
        using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        connection.Open();
        using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        create.ExecuteNonQuery();
        return ConnectionString(name);
    }

    /// <summary>Connection string of a database of this cluster.</summary>
    public string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Include Error Detail=false");

    /// <summary>Starts the server and waits until it answers.</summary>
    public void Start() => Unprivileged(
        "pg_ctl", "-D", data, "-w", "-s", "-l", Path.Combine(directory, "log"), "-o", File.ReadAllText(Path.Combine(directory, "settings")), "start");

    /// <summary>Stops the server; <c>immediate</c> is a crash: no checkpoint, connections cut.</summary>
    public void Stop(string mode = "fast") => Unprivileged("pg_ctl", "-D", data, "-w", "-s", "-m", mode, "stop");

    /// <summary>Backs a database up while it is used, as it stands at one instant.</summary>
    public void Backup(string connectionString, string file) =>
        Run(Program("pg_dump"), "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-Fc", "-f", file, new NpgsqlConnectionStringBuilder(connectionString).Database!);

    /// <summary>Restores a backup into a database of its own and returns its connection string.</summary>
    public string Restore(string file)
    {
        var restored = CreateDatabase();
        Run(Program("pg_restore"), "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "--exit-on-error", "-d", new NpgsqlConnectionStringBuilder(restored).Database!, file);
        return restored;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop("immediate");
        Directory.Delete(directory, recursive: true);
    }

    // initdb and the server refuse to run as root; Debian's package has the user postgres.
    private static void Unprivileged(string program, params string[] arguments)
    {
        var path = Program(program);
        if (Environment.UserName == "root") Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments]);
        else Run(path, arguments);
    }

    private static string Program(string name) => Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/" + name;

    private static void Run(string program, params string[] arguments)
    {
        // The server inherits our handles: output goes nowhere instead of to a pipe that would never close.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        foreach (var argument in (string[])["-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh", program, .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {arguments[^1]} ended with exit code {process.ExitCode}.");
    }
}

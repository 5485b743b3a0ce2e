using System.Diagnostics;

namespace Pipeline.Tests.Servers;

/// <summary>A private S3: Ceph's radosgw over a monitor and one object store in memory. A fixture of the tests that need one.</summary>
/// <remarks>It enforces signatures and conditional writes; it ignores If-None-Match on CompleteMultipartUpload.</remarks>
public sealed class S3Server : IDisposable
{
    private static readonly string[] Daemons = ["ceph-mon", "ceph-osd", "radosgw"];

    private readonly string directory = Path.Combine(Path.GetTempPath(), $"pipeline-s3-{Guid.NewGuid():N}"[..24]);   // sockets have short names
    private readonly string configuration;
    private readonly string keyring;

    public S3Server()
    {
        foreach (var program in (string[])[.. Daemons, "ceph", "monmaptool", "radosgw-admin"])
            if (!File.Exists($"/usr/bin/{program}"))
                throw new InvalidOperationException($"/usr/bin/{program} is missing: apt-get install radosgw ceph-mon ceph-osd ceph-mgr ceph-common");
        configuration = Path.Combine(directory, "ceph.conf");
        keyring = Path.Combine(directory, "keyring");
        foreach (var folder in (string[])["mon", "osd", "log", "rgw"]) Directory.CreateDirectory(Path.Combine(directory, folder));
        try
        {
            StartMonitor();
            StartObjectStore();
            StartGateway();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it listens, on loopback.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The key id that may do everything.</summary>
    public string AccessKey => "testkey";

    /// <summary>Its secret.</summary>
    public string SecretKey => "testsecret";

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in Directory.GetFiles(directory, "*.pid"))
        {
            if (!int.TryParse(File.ReadAllText(file), out var id)) continue;
            try
            {
                using var daemon = Process.GetProcessById(id);
                daemon.Kill();
                daemon.WaitForExit(TimeSpan.FromSeconds(5));
            }
            catch (ArgumentException)
            {
                continue;   // it has ended already
            }
        }
        Directory.Delete(directory, recursive: true);
    }

    private void StartMonitor()
    {
        var cluster = Guid.NewGuid().ToString();
        var monitor = $"[v2:127.0.0.1:{Ports.Free()},v1:127.0.0.1:{Ports.Free()}]";
        Endpoint = new Uri($"http://127.0.0.1:{Ports.Free()}");
        File.WriteAllText(configuration, Configuration(cluster, monitor));
        Run("monmaptool", "--create", "--clobber", "--fsid", cluster, "--addv", "a", monitor, Path.Combine(directory, "monmap"));
        Run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        Run("ceph-authtool", keyring, "--gen-key", "-n", "client.admin", "--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *");
        Run("ceph-authtool", keyring, "--gen-key", "-n", "client.rgw", "--cap", "mon", "allow rwx", "--cap", "osd", "allow rwx");
        Run("ceph-mon", "--mkfs", "-i", "a", "--monmap", Path.Combine(directory, "monmap"), "-c", configuration, "--keyring", keyring);
        Run("ceph-mon", "-i", "a", "-c", configuration);
    }

    private void StartObjectStore()
    {
        var identity = Guid.NewGuid().ToString();
        var number = Run("ceph", "-c", configuration, "osd", "new", identity).Trim();
        var key = Path.Combine(directory, "osd.key");
        Run("ceph", "-c", configuration, "auth", "get-or-create", $"osd.{number}", "mon", "allow profile osd", "osd", "allow *", "-o", key);
        File.AppendAllText(keyring, File.ReadAllText(key));
        Run("ceph-osd", "-i", number, "--mkfs", "--osd-uuid", identity, "-c", configuration);
        Run("ceph-osd", "-i", number, "-c", configuration);
    }

    private void StartGateway()
    {
        Run("radosgw", "-n", "client.rgw", "-c", configuration);
        Run("radosgw-admin", "-c", configuration, "user", "create", "--uid=test", "--display-name=test", $"--access-key={AccessKey}", $"--secret-key={SecretKey}");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, Endpoint));
                return;
            }
            catch (Exception notYet) when (attempt < 60 && notYet is HttpRequestException or TaskCanceledException)
            {
                Task.Delay(250).Wait();
            }
        }
    }

    private string Configuration(string cluster, string monitor) =>
        $"""
        [global]
        fsid = {cluster}
        mon host = {monitor}
        mon initial members = a
        auth cluster required = cephx
        auth service required = cephx
        auth client required = cephx
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 4
        osd pool default pgp num = 4
        osd pool default pg autoscale mode = off
        osd crush chooseleaf type = 0
        mon allow pool size one = true
        mon pg warn on pool no redundancy = false
        run dir = {directory}
        log file = {directory}/log/$name.log
        admin socket = {directory}/$name.asok
        pid file = {directory}/$name.pid
        mon data = {directory}/mon
        osd data = {directory}/osd
        osd objectstore = memstore
        memstore device bytes = 4294967296
        memstore page set = false
        ms bind ipv6 = false
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        osd max object name len = 256
        rgw frontends = beast endpoint={Endpoint.Authority}
        rgw dns name =
        keyring = {keyring}
        [client.rgw]
        rgw data = {directory}/rgw

        """;

    private string Run(string program, params string[] arguments)
    {
        var output = Path.Combine(directory, "log", $"{Guid.NewGuid():N}.out");
        // Daemons inherit our handles: output goes to a file instead of to a pipe that would never close.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = directory };
        foreach (var argument in (string[])["-c", "out=$1; shift; exec timeout 60 \"$@\" </dev/null >\"$out\" 2>\"$out.err\"", "sh", output, program, .. arguments])
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode == 0
            ? File.ReadAllText(output)
            : throw new InvalidOperationException($"{program} {arguments[0]} ended with exit code {child.ExitCode}: {File.ReadAllText(output + ".err")}");
    }
}

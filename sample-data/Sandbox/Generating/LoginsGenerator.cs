using System.Globalization;
using System.Text;

namespace Pipeline.Sandbox.Generating;

/// <summary>Writes logins as the queue <c>user-logins</c> carries them, always the same for the same options.</summary>
/// <remarks>
/// Every clear device id begins with <see cref="DeviceMark"/>, every IPv4 address with <see cref="AddressMark"/> and every IPv6 address
/// with <see cref="AddressMark6"/>, so that what should be masked is found wherever it shows.
/// </remarks>
public static class LoginsGenerator
{
    /// <summary>How every device id begins.</summary>
    public const string DeviceMark = "dvc-7f3a-";

    /// <summary>How every IPv4 address begins; the network behind a mask keeps it, and ends in <c>.0/24</c>.</summary>
    public const string AddressMark = "198.18.";

    /// <summary>How every IPv6 address begins; the network behind a mask keeps it, and ends in <c>::/48</c>.</summary>
    public const string AddressMark6 = "2001:db8:cafe:";

    private static readonly DateTimeOffset FirstInstant = new(2026, 11, 16, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Devices = ["phone", "tablet", "desktop", "tv"];
    private static readonly string[] Locales = ["de_DE", "en_GB", "en_IN", "fr_FR", "pt_BR"];
    private static readonly string[] Versions = ["7.2.0", "7.3.1", "8.0.0-rc.1"];

    // A record's damage and the code it must be refused for.
    private static readonly (string Code, Func<string, string> Damage)[] Faults =
    [
        ("missing", good => good.Replace("\"user_id\":", "\"user\":", StringComparison.Ordinal)),
        ("null", good => good.Replace("\"timestamp\":", "\"timestamp\":null,\"was\":", StringComparison.Ordinal)),
        ("wrong_type", good => good.Replace("\"locale\":", "\"locale\":17,\"was\":", StringComparison.Ordinal)),
        ("truncated", good => good[..(good.Length / 2)]),
        ("timestamp_without_zone", good => good.Replace("Z\",", "\",", StringComparison.Ordinal)),
        ("bad_address", good => good.Replace("\"ip\":\"", "\"ip\":\"x", StringComparison.Ordinal)),
        ("malformed_json", good => good.Replace("\"login_id\":", "\"login_id\"=", StringComparison.Ordinal)),
        ("too_long", good => good.Replace("\"device_type\":\"", "\"device_type\":\"" + new string('x', 40), StringComparison.Ordinal)),
    ];

    /// <summary>The logins, one a message.</summary>
    /// <param name="options">Lines, seed, share of faults, days and users; the days begin on 2026-11-16 (UTC).</param>
    public static IEnumerable<Login> Make(GeneratorOptions options)
    {
        var random = new Random(unchecked((int)options.Seed));
        for (var number = 0L; number < options.Lines; number++)
        {
            var good = Good(number, options, random);
            var fault = random.NextDouble() < options.FaultShare ? Faults[random.Next(Faults.Length)] : default;
            yield return fault.Damage is null ? new(good, null) : new(fault.Damage(good), fault.Code);
        }
    }

    /// <summary>Writes them, one a line.</summary>
    public static GeneratorReport Write(Stream stream, GeneratorOptions options)
    {
        var verdicts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var login in Make(options))
        {
            var line = Encoding.UTF8.GetBytes(login.Body + "\n");
            stream.Write(line);
            bytes += line.Length;
            var verdict = login.Code ?? "accepted";
            verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
        }
        return new(options.Lines, bytes, verdicts);
    }

    private static string Good(long number, GeneratorOptions options, Random random)
    {
        var at = FirstInstant.AddMilliseconds(random.NextInt64(options.Days * 86_400_000L));
        var address = random.Next(4) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{AddressMark6}{random.Next(1, 0xFFFF):x}::{random.Next(1, 0xFFFF):x}")
            : string.Create(CultureInfo.InvariantCulture, $"{AddressMark}{random.Next(256)}.{random.Next(1, 255)}");
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"login_id":"login-{{options.Seed}}-{{number}}","user_id":"user_{{random.Next(options.Users)}}","timestamp":"{{at:yyyy-MM-dd'T'HH:mm:ss.fff}}Z","device_type":"{{Devices[random.Next(4)]}}","device_id":"{{DeviceMark}}{{random.NextInt64():x16}}","ip":"{{address}}","locale":"{{Locales[random.Next(5)]}}","app_version":"{{Versions[random.Next(3)]}}"}
            """);
    }
}

/// <summary>One message.</summary>
/// <param name="Code">What the contract refuses it for; null when it is good.</param>
public sealed record Login(string Body, string? Code);

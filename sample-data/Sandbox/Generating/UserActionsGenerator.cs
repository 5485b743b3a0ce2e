using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Pipeline.Sandbox.Generating;

/// <summary>Writes events of the topic <c>user-actions</c> as NDJSON, as many as asked for, always the same for the same options.</summary>
/// <remarks>Without faults the bytes are those of the generator that the figures of other programs were measured with.</remarks>
public sealed class UserActionsGenerator
{
    private const int BufferBytes = 1024 * 1024;
    private const int SecondsPerDay = 86_400;

    private static readonly DateOnly FirstDay = new(2023, 10, 23);

    private static readonly byte[][] EventNames = Utf8(
        "view", "click", "add_to_cart", "remove_from_cart", "checkout", "purchase",
        "refund", "search", "login", "logout", "wishlist", "share");

    private static readonly byte[][] Platforms = Utf8("web", "ios", "android", "tv");

    private static readonly string[] Adjectives =
        ["Wireless", "Ergonomic", "Compact", "Gaming", "Portable", "Smart", "Classic", "Ultra", "Foldable", "Mechanical"];

    private static readonly string[] Nouns =
        ["Mouse", "Keyboard", "Monitor", "Headset", "Speaker", "Webcam", "Charger", "Dock", "Router", "Tablet"];

    private static readonly byte[][] TwoDigits =
        Utf8([.. Enumerable.Range(0, 60).Select(number => number.ToString("D2", CultureInfo.InvariantCulture))]);

    private readonly byte[] buffer = new byte[BufferBytes];
    private readonly GeneratorOptions options;
    private readonly byte[][] days;
    private readonly byte[][] products;
    private readonly int maxLineBytes;
    private uint state;
    private int used;

    private UserActionsGenerator(GeneratorOptions options)
    {
        this.options = options;
        state = options.Seed == 0 ? 1 : options.Seed;
        days = Utf8([.. Enumerable.Range(0, options.Days)
            .Select(day => FirstDay.AddDays(day).ToString("O", CultureInfo.InvariantCulture))]);
        products = Utf8([.. Enumerable.Range(0, options.Products).Select(number => string.Create(CultureInfo.InvariantCulture,
            $"{{\"name\":\"{Adjectives[number % 10]} {Nouns[number / 10 % 10]} {number}\",\"SKU\":\"SKU-{1000 + number}\"}}"))]);
        maxLineBytes = 256 + products.Max(product => product.Length);
    }

    /// <summary>Writes the records, one a line, each line ended by a line feed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public static GeneratorReport Write(Stream stream, GeneratorOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Lines);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Days, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Days, 20_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Users, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Products, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Products, 1_000_000);
        if (options.FaultShare is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), "FaultShare is from 0 to 1.");
        return new UserActionsGenerator(options).Write(stream);
    }

    private GeneratorReport Write(Stream stream)
    {
        var verdicts = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["accepted"] = options.Lines };
        var faultBelow = (ulong)(options.FaultShare * (1UL << 32));
        var faults = state == 0x9E3779B9 ? 1 : state ^ 0x9E3779B9;      // a sequence of its own leaves the good records as they are
        var bytes = 0L;
        for (var line = 0L; line < options.Lines; line++)
        {
            if (used > BufferBytes - maxLineBytes) bytes += Flush(stream);
            var start = used;
            AppendRecord();
            if (Next(ref faults) < faultBelow)
            {
                var (record, verdict) = UserActionFaults.Make(buffer.AsSpan(start, used - start), Next(ref faults));
                verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
                verdicts["accepted"]--;
                used = start;
                bytes += Flush(stream) + record.Length;
                stream.Write(record);
            }
            buffer[used++] = (byte)'\n';
        }
        bytes += Flush(stream);
        return new(options.Lines, bytes, verdicts);
    }

    private void AppendRecord()
    {
        var second = (int)(Next(ref state) % (uint)(options.Days * SecondsPerDay));
        var ofDay = second % SecondsPerDay;
        Append("{\"timestamp\":\""u8);
        Append(days[second / SecondsPerDay]);
        buffer[used++] = (byte)'T';
        Append(TwoDigits[ofDay / 3600]);
        buffer[used++] = (byte)':';
        Append(TwoDigits[ofDay / 60 % 60]);
        buffer[used++] = (byte)':';
        Append(TwoDigits[ofDay % 60]);
        Append("Z\",\"event_name\":\""u8);
        Append(Any(EventNames));
        Append("\",\"user_identifiers\":{\"platform\":\""u8);
        Append(Any(Platforms));
        Append("\",\"id\":\"user_"u8);
        Utf8Formatter.TryFormat(Next(ref state) % (uint)options.Users, buffer.AsSpan(used), out var digits);
        used += digits;
        Append("\"},\"product_information\":"u8);
        Append(Any(products));
        buffer[used++] = (byte)'}';
    }

    private byte[] Any(byte[][] texts) => texts[Next(ref state) % (uint)texts.Length];

    private void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(buffer.AsSpan(used));
        used += text.Length;
    }

    private int Flush(Stream stream)
    {
        var flushed = used;
        stream.Write(buffer, 0, flushed);
        used = 0;
        return flushed;
    }

    // Marsaglia's xorshift with 32 bits of state, https://doi.org/10.18637/jss.v008.i14
    private static uint Next(ref uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        return state ^= state << 5;
    }

    private static byte[][] Utf8(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}

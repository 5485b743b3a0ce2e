using System.Globalization;

namespace Pipeline.Sandbox.Feeding;

/// <summary>Where the ledger's streams stand: the next position by topic-partition.</summary>
public static class LandedPositions
{
    /// <summary>Nothing was landed before.</summary>
    public static IReadOnlyDictionary<int, long> None { get; } = new Dictionary<int, long>();

    /// <summary>Reads lines of <c>&lt;topic&gt;-&lt;topic-partition&gt; &lt;next position&gt;</c>.</summary>
    /// <exception cref="FeedException">A line is something else, or the file cannot be read.</exception>
    public static IReadOnlyDictionary<int, long> Read(string file, string topic)
    {
        try
        {
            return File.ReadLines(file).Where(line => line.Length > 0).Select(line => Parse(file, line, topic)).ToDictionary();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FeedException($"{file} cannot be read: {error.Message}");
        }
    }

    private static KeyValuePair<int, long> Parse(string file, string line, string topic)
    {
        var words = line.Split(' ');
        if (words.Length == 2
            && words[0].StartsWith(topic + "-", StringComparison.Ordinal)
            && int.TryParse(words[0].AsSpan(topic.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var topicPartition)
            && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var next)) return new(topicPartition, next);
        throw new FeedException($"{file}: '{line}' is not '{topic}-<topic-partition> <next position>'.");
    }
}

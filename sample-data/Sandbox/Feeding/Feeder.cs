using System.Globalization;

namespace Pipeline.Sandbox.Feeding;

/// <summary>Produces each line of a file as one record, never further ahead of the consumer group than the broker keeps.</summary>
public sealed class Feeder(FeedOptions options, TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(2);

    private FileSurvey survey = new(0, 0, Fault: null);
    private long bytes;
    private long reportedAt;

    /// <summary>Records given to the broker so far, confirmed or not.</summary>
    public long Records { get; private set; }

    /// <summary>Feeds the whole file and returns when the broker has confirmed every record.</summary>
    /// <exception cref="FeedException">Ended early; <see cref="Records"/> tells whether anything was sent.</exception>
    public async Task<FeedReport> RunAsync(CancellationToken stopping)
    {
        var began = reportedAt = time.GetTimestamp();
        using var file = Open();
        using var group = new GroupOffsets(options);
        using var producer = new RecordProducer(options);
        var pace = new FeedPace(options, group, time);
        await pace.OpenAsync(stopping);
        await ProduceAsync(new LineReader(file), producer, pace, stopping);
        while (!producer.IsIdle) await WaitAsync(producer, pace, stopping);
        producer.ThrowIfFailed();
        pace.Verify();
        return new(Records, bytes, time.GetElapsedTime(began).TotalSeconds);
    }

    private FileStream Open()
    {
        try
        {
            var file = new FileStream(options.File, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            survey = FileSurvey.Of(file);
            file.Position = 0;
            if (survey.Fault is null) return file;
            file.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FeedException($"{options.File} cannot be read: {error.Message}");
        }

        throw new FeedException($"{options.File} cannot be fed: {survey.Fault}. Take that line out, and feed the rest.");
    }

    private async Task ProduceAsync(LineReader lines, RecordProducer producer, FeedPace pace, CancellationToken stopping)
    {
        var route = new RecordRoute(options.TopicPartitions);
        var announced = options.CaughtUpFile is null;
        while (lines.TryRead(out var record))
        {
            var topicPartition = route.Next(record.Length);
            while (!producer.HasRoom || !pace.TryAdmit(topicPartition, record.Length)) await WaitAsync(producer, pace, stopping);
            producer.Produce(topicPartition, record);
            Records++;
            bytes += record.Length;
            if (Records % 1000 == 0) Report(pace);
            if (!announced && pace.CaughtUp) announced = await AnnounceAsync(producer, pace, stopping);
        }

        if (!announced) await AnnounceAsync(producer, pace, stopping);
    }

    private async Task<bool> AnnounceAsync(RecordProducer producer, FeedPace pace, CancellationToken stopping)
    {
        while (!producer.IsIdle) await WaitAsync(producer, pace, stopping);
        ReadyFile.Write(options.CaughtUpFile!, string.Create(CultureInfo.InvariantCulture, $"{Records}"));
        return true;
    }

    private async Task WaitAsync(RecordProducer producer, FeedPace pace, CancellationToken stopping)
    {
        producer.ThrowIfFailed();
        await pace.WaitAsync(stopping);
        Report(pace);
    }

    private void Report(FeedPace pace)
    {
        if (time.GetElapsedTime(reportedAt) < ReportEvery) return;
        reportedAt = time.GetTimestamp();
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Records:N0} of {survey.Records:N0} records, {bytes / 1e6:N1} of {survey.Bytes / 1e6:N1} MB; {pace.Waiting:N0} wait for the group"));
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Sandbox;

/// <summary>librdkafka's mock cluster: a Kafka broker in this process that other processes connect to over TCP on loopback.</summary>
/// <remarks>
/// It keeps about 5 MiB per topic-partition and drops the oldest beyond that (the low watermark moves). Its log is gone with the process.
/// https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h
/// </remarks>
public sealed partial class MockKafkaCluster : IDisposable
{
    private readonly nint client;
    private nint cluster;

    /// <param name="brokers">Brokers to start, each on a port of its own.</param>
    public MockKafkaCluster(int brokers = 1)
    {
        KafkaLibrary.Load();
        var error = new byte[512];
        client = New(0, NewConfiguration(), error, (nuint)error.Length);
        if (client == 0) throw new InvalidOperationException($"librdkafka did not start: {Encoding.UTF8.GetString(error).TrimEnd('\0')}.");
        cluster = NewCluster(client, brokers);
        Bootstrap = Marshal.PtrToStringUTF8(Bootstraps(cluster)) ?? throw new InvalidOperationException("The mock cluster gave no address.");
    }

    /// <summary>host:port of each broker, comma separated.</summary>
    public string Bootstrap { get; }

    /// <summary>Creates a topic.</summary>
    public void CreateTopic(string topic, int topicPartitions)
    {
        var error = CreateTopic(cluster, topic, topicPartitions, 1);
        if (error != 0) throw new InvalidOperationException($"The mock cluster did not create topic '{topic}' (error {error}).");
    }

    /// <summary>Has a broker lead a topic-partition.</summary>
    /// <param name="broker">Counts from 1.</param>
    public void SetLeader(string topic, int topicPartition, int broker) => SetPartitionLeader(cluster, topic, topicPartition, broker);

    /// <summary>Has a broker coordinate a consumer group.</summary>
    /// <param name="broker">Counts from 1.</param>
    public void SetCoordinator(string group, int broker) => SetCoordinator(cluster, "group", group, broker);

    /// <summary>Adds a delay to every answer of a broker.</summary>
    public void SetRoundTrip(int broker, TimeSpan delay) => SetRoundTripTime(cluster, broker, (int)delay.TotalMilliseconds);

    /// <summary>The next requests of this API key are answered with these error codes, one each.</summary>
    public void PushErrors(short apiKey, params int[] errors) => PushRequestErrors(cluster, apiKey, (nuint)errors.Length, errors);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (cluster == 0) return;
        DestroyCluster(cluster);
        Destroy(client);
        cluster = 0;
    }

    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_conf_new")] private static partial nint NewConfiguration();
    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_new")] private static partial nint New(int type, nint configuration, byte[] error, nuint errorBytes);
    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_destroy")] private static partial void Destroy(nint client);
    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_cluster_new")] private static partial nint NewCluster(nint client, int brokers);
    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_cluster_destroy")] private static partial void DestroyCluster(nint cluster);
    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_cluster_bootstraps")] private static partial nint Bootstraps(nint cluster);

    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateTopic(nint cluster, string topic, int topicPartitions, int replication);

    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_partition_set_leader", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetPartitionLeader(nint cluster, string topic, int topicPartition, int broker);

    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_coordinator_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetCoordinator(nint cluster, string keyType, string key, int broker);

    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    private static partial int SetRoundTripTime(nint cluster, int broker, int milliseconds);

    [LibraryImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushRequestErrors(nint cluster, short apiKey, nuint count, int[] errors);
}

/// <summary>Confluent.Kafka comes here without its native package; the operating system's librdkafka serves it.</summary>
public static class KafkaLibrary
{
    private static int resolved;

    /// <summary>Points Confluent.Kafka at librdkafka.so.1. Call before its first use; again is harmless.</summary>
    public static void Load()
    {
        if (Interlocked.Exchange(ref resolved, 1) == 1) return;
        NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, (name, _, _) =>
            name.Contains("librdkafka", StringComparison.Ordinal) ? NativeLibrary.Load("librdkafka.so.1") : 0);
    }
}

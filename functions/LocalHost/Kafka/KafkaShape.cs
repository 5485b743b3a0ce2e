using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Invocation;

namespace Pipeline.LocalHost.Kafka;

/// <summary>In which form a function takes its messages.</summary>
internal sealed class KafkaShape
{
    private readonly Func<IReadOnlyList<KafkaRecord>, object?> value;
    private readonly bool needsData;

    private KafkaShape(bool isBatched, bool needsData, Func<IReadOnlyList<KafkaRecord>, object?> value) =>
        (IsBatched, this.needsData, this.value) = (isBatched, needsData, value);

    /// <summary>Whether one invocation takes many messages.</summary>
    public bool IsBatched { get; }

    /// <summary>The form of a parameter's type; null for a type this trigger does not know.</summary>
    public static KafkaShape? Of(Type type)
    {
        if (type == typeof(KafkaRecord[])) return new(true, false, records => records as KafkaRecord[] ?? [.. records]);
        if (type == typeof(KafkaRecord)) return new(false, false, records => records[0]);
        if (type == typeof(string[])) return new(true, true, records => records.Select(KafkaEnvelope.Write).ToArray());
        if (type == typeof(string)) return new(false, true, records => KafkaEnvelope.Write(records[0]));
        if (type == typeof(byte[][])) return new(true, true, records => records.Select(Bytes).ToArray());
        if (type == typeof(byte[])) return new(false, true, records => Bytes(records[0]));
        return null;
    }

    /// <summary>The invocation for these messages: one unless batched.</summary>
    public InvocationRequest Request(FunctionDescriptor function, IReadOnlyList<KafkaRecord> records) =>
        new(function, value(records), needsData ? new LocalBindingContext(KafkaEnvelope.Data(records, IsBatched))
            : LocalBindingContext.Empty);

    // A tombstone has no bytes, and arrives as none.
    private static byte[] Bytes(KafkaRecord record) => record.Value ?? [];
}

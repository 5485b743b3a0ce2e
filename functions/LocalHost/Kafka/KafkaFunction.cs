using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Kafka;

/// <summary>A function with a Kafka trigger.</summary>
/// <param name="Function">The function.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Client">The consumer's configuration; holds secrets.</param>
/// <param name="Shape">The form of its messages.</param>
internal sealed record KafkaFunction(FunctionDescriptor Function, string Topic, ConsumerConfig Client, KafkaShape Shape)
{
    /// <summary>The declaration; null after a fault.</summary>
    public static KafkaFunction? Read(FunctionDescriptor function, AppSettings settings, KafkaSettings host, StartFaults faults)
    {
        var attribute = function.TriggerAttribute<KafkaTriggerAttribute>();
        var type = function.Trigger.ParameterType;
        if (KafkaShape.Of(type) is not { } shape)
        {
            faults.Add($"Function '{function.Name}' takes its messages as {type.Name}; take KafkaRecord, string or byte[], "
                + "or with IsBatched an array of one of them.");
            return null;
        }

        if (shape.IsBatched != attribute.IsBatched)
            faults.Add($"Function '{function.Name}' has IsBatched = {(attribute.IsBatched ? "true" : "false")} and takes {type.Name}; "
                + "an array goes with IsBatched = true.");
        var topic = settings.Resolve(attribute.Topic, $"Function '{function.Name}' (topic)");
        if (string.IsNullOrWhiteSpace(topic)) faults.Add($"Function '{function.Name}' has no topic; name one.");
        var client = KafkaClientConfig.Create(attribute, function.Name, settings, host);
        if (string.IsNullOrWhiteSpace(client.BootstrapServers))
            faults.Add($"Function '{function.Name}' has no broker list; name one or a setting.");
        return new KafkaFunction(function, topic ?? "", client, shape);
    }
}

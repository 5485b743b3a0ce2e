using System.CommandLine;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Verbs;

KafkaLibrary.Load();
var root = new RootCommand("Plays the systems around the pipeline: a Kafka broker that lives in memory, and the producer that feeds it.")
{
    BrokerVerb.Create(),
    FeedVerb.Create(),
    GenerateVerb.Create(),
};
return await root.Parse(args).InvokeAsync();

using System.CommandLine;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Verbs;

KafkaLibrary.Load();
var root = new RootCommand("Plays the systems around the pipeline: a Kafka broker that lives in memory, the producer that feeds it, and the providers' APIs.")
{
    ApisVerb.Create(),
    BrokerVerb.Create(),
    FeedVerb.Create(),
    GenerateVerb.Create(),
};
return await root.Parse(args).InvokeAsync();

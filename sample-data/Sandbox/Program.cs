using Pipeline.Sandbox;

using var cluster = new MockKafkaCluster();
cluster.CreateTopic("user-actions", 16);
Console.WriteLine(cluster.Bootstrap);
await Task.Delay(Timeout.Infinite);

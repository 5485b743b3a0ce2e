using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Settings;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class StartFaultTests
{
    [Fact]
    public void Everything_declared_wrongly_is_told_at_once()
    {
        var failure = Assert.Throws<StartFaultException>(() => TestHost.Build([typeof(Wrong), typeof(Twice)]));
        Assert.Equal("""
            The app cannot start, 13 faults:
            - Function 'same' is declared 2 times (Wrong.Same, Twice.Same); rename all but one.
            - Function 'answer' returns String, which ASP.NET Core integration does not write: the answer would be empty; return IActionResult, IResult or HttpResponseData, or nothing.
            - Function 'batch' has IsBatched = false and takes KafkaRecord[]; an array goes with IsBatched = true.
            - Function 'batch' (topic) names the setting 'NoTopic', which is missing; set it.
            - Function 'levels' asks for AuthorizationLevel.User, which this host cannot check; use Function.
            - Function 'monitored' is a monitored timer and needs a database for its status: set LocalHost:Postgres, or UseMonitor = false.
            - Function 'none' (Wrong.None) has no trigger; give one parameter a trigger attribute.
            - Function 'retries' has the retry interval 'soon', which is not a time; write hh:mm:ss.
            - Function 'route' has the route 'a/{', which is no template: There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.
            - Function 'schedule' has the schedule 'every morning', which is neither NCRONTAB nor a TimeSpan; write for instance '0 */5 * * * *' or '00:05:00'.
            - Function 'setting' (schedule) names the setting 'NoSchedule', which is missing; set it.
            - Function 'two' (Wrong.Two) has 2 triggers (timer, request); keep one.
            - Function 'unknown' has the parameter 'service' (Uri), which nothing here gives a value; remove it, or take the service in the constructor.
            """, failure.Message, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_service_nobody_registered_is_told_before_the_first_invocation() =>
        Assert.EndsWith(
            "- Needy asks for the service Uri ('address'), which is not registered; add it to builder.Services.",
            Assert.Throws<StartFaultException>(() => TestHost.Build([typeof(Needy)])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://0.0.0.0:80")]
    [InlineData("http://*:80")]
    [InlineData("http://127.0.0.1:7071;http://10.1.2.3:80")]
    public void Without_a_key_it_listens_on_loopback_alone(string urls)
    {
        var settings = new Dictionary<string, string?> { ["LocalHost:Urls"] = urls };
        Assert.Contains("without a key", Assert.Throws<StartFaultException>(() => TestHost.Build([], settings: settings)).Message, StringComparison.Ordinal);
        settings["LocalHost:Keys:default"] = "secret";
        Assert.NotNull(TestHost.Build([], settings: settings));
    }

    [Fact]
    public void A_database_elsewhere_needs_tls() => Assert.Contains(
        "without TLS",
        Assert.Throws<StartFaultException>(() => TestHost.Build(
            [], settings: new() { ["LocalHost:Postgres"] = "Host=db.example.com;Username=u" })).Message, StringComparison.Ordinal);

    [Fact]
    public void Wrong_host_json_values_are_told_and_unknown_keys_are_not()
    {
        var failure = Assert.Throws<StartFaultException>(() => TestHost.Build([], """
            { "version": "1.0", "functionTimeout": "long", "colour": "blue",
              "extensions": { "kafka": { "maxBatchSize": 0, "commitOnFailure": "maybe", "shape": 1 }, "durableTask": { "maxOrchestrationActions": "-3" } } }
            """));
        Assert.Equal("""
            The app cannot start, 5 faults:
            - host.json says version '1.0'; write "version": "2.0".
            - host.json: functionTimeout 'long' is not a time; write hh:mm:ss, or -1 for none.
            - host.json: extensions.kafka.maxBatchSize is '0'; write a whole number of at least 1.
            - host.json: extensions.kafka.commitOnFailure is 'maybe'; write true or false.
            - host.json: extensions.durableTask.maxOrchestrationActions is '-3'; write a whole number above 0.
            """, failure.Message, ignoreLineEndingDifferences: true);
    }

    public sealed class Wrong
    {
        [Function("none")]
        public void None(CancellationToken stopping) => stopping.ThrowIfCancellationRequested();

        [Function("two")]
        public void Two([TimerTrigger("0 * * * * *")] TimerInfo timer, [HttpTrigger] HttpRequest request) { }

        [Function("unknown")]
        public void Unknown([TimerTrigger("00:00:30")] TimerInfo timer, Uri service) { }

        [Function("schedule")]
        public void Schedule([TimerTrigger("every morning")] TimerInfo timer) { }

        [Function("setting")]
        public void Setting([TimerTrigger("%NoSchedule%")] TimerInfo timer) { }

        [Function("monitored")]
        public void Monitored([TimerTrigger("0 0 * * * *")] TimerInfo timer) { }

        [Function("route")]
        public void Route([HttpTrigger(Route = "a/{")] HttpRequest request) { }

        [Function("answer")]
        public string Answer([HttpTrigger(Route = "answer")] HttpRequest request) => request.Method;

        [Function("levels")]
        public void Levels([HttpTrigger(AuthorizationLevel.User)] HttpRequest request) { }

        [Function("batch")]
        public void Batch([KafkaTrigger("127.0.0.1:9092", "%NoTopic%")] KafkaRecord[] records) { }

        [Function("retries"), FixedDelayRetry(3, "soon")]
        public void Retries([TimerTrigger("00:00:30")] TimerInfo timer) { }

        [Function("same")]
        public void Same([TimerTrigger("00:00:30")] TimerInfo timer) { }
    }

    public sealed class Twice
    {
        [Function("Same")]
        public void Same([TimerTrigger("00:00:30")] TimerInfo timer) { }
    }

    public sealed class Needy(Uri address)
    {
        [Function("needy")]
        public IResult Ask([HttpTrigger] HttpRequest request) => Results.Text(address.Host);
    }
}

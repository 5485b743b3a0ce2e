using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Pipeline.App.Telemetry;
using Pipeline.Contracts;
using Pipeline.Domain.Telemetry;
using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Kafka;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>The files of infra/monitoring are what Prometheus and Alertmanager take, and speak of what there is.</summary>
public sealed partial class RuleFileTests
{
    private const string Folder = "infra/monitoring";

    private static readonly string Rules = File.ReadAllText(Repository.PathOf(Folder, "rules/pipeline.yaml"));

    [Theory]
    [InlineData("promtool", "check", "rules", $"{Folder}/rules/pipeline.yaml")]
    [InlineData("promtool", "check", "config", $"{Folder}/prometheus.yml")]
    [InlineData("promtool", "test", "rules", $"{Folder}/rules/tests/pipeline_test.yaml")]
    [InlineData("amtool", "check-config", $"{Folder}/alertmanager.yml")]
    public void Their_own_tools_accept_them(string program, params string[] arguments)
    {
        var (exitCode, said) = ServerPrograms.Run(program, null, arguments);
        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public void Every_rule_has_a_test_and_a_section_of_the_runbook()
    {
        var tests = File.ReadAllText(Repository.PathOf(Folder, "rules/tests/pipeline_test.yaml"));
        var sections = Heading().Matches(File.ReadAllText(Repository.PathOf("docs/runbooks/prometheus-alerts.md")))
            .Select(heading => heading.Groups[1].Value).ToList();
        var rules = RuleName().Matches(Rules).Select(rule => rule.Groups[1].Value).ToList();
        var links = RunbookLink().Matches(Rules).Select(link => link.Groups[1].Value).ToList();
        Assert.NotEmpty(rules);
        Assert.Equal(rules.Order(), sections.Order());
        Assert.Equal(rules.Select(rule => rule.ToLowerInvariant()), links);
        Assert.All(rules, rule => Assert.Contains($"alertname: {rule}\n", tests, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_metric_of_rules_and_dashboard_is_one_of_the_apps()
    {
        var known = NamesOfTheApp();
        var dashboard = File.ReadAllText(Repository.PathOf(Folder, "grafana/pipeline.json"));
        var expressions = Rules.Split('\n').Where(line => !line.Contains("runbook_url", StringComparison.Ordinal)).Append(dashboard);
        var named = MetricName().Matches(string.Join('\n', expressions)).Select(name => name.Value).ToHashSet();
        Assert.True(named.Count > 20);
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void The_dashboards_panels_do_not_overlap_and_each_asks_something()
    {
        using var board = JsonDocument.Parse(File.ReadAllText(Repository.PathOf(Folder, "grafana/pipeline.json")));
        var panels = board.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => (At(panel, "x"), At(panel, "y"))).Distinct().Count());
        Assert.All(panels.Where(panel => panel.GetProperty("type").GetString() != "row"), panel => Assert.All(
            panel.GetProperty("targets").EnumerateArray(), target => Assert.NotEqual("", target.GetProperty("expr").GetString())));

        static int At(JsonElement panel, string name) => panel.GetProperty("gridPos").GetProperty(name).GetInt32();
    }

    // All instruments there are, whether anything was measured or not.
    private static HashSet<string> NamesOfTheApp()
    {
        RuntimeHelpers.RunClassConstructor(typeof(Instruments).TypeHandle);
        var contracts = ContractReader.ReadFolder(Repository.PathOf("functions/datasets")).Verified();
        using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        using var gauges = new LedgerGauges(new GaugeReader(nowhere, TimeProvider.System), contracts, TimeProvider.System);
        using var lag = new KafkaLag(
            contracts, new KafkaLog(new() { Brokers = "127.0.0.1:1" }), new LandingLedger(nowhere, TimeProvider.System), TimeProvider.System);
        using var store = new MetricStore();
        return [.. store.Read().SelectMany(family => family.Kind switch
        {
            MetricKind.Counter => (string[])[$"{family.Name}_total"],
            MetricKind.Histogram => [$"{family.Name}_bucket", $"{family.Name}_sum", $"{family.Name}_count"],
            _ => [family.Name],
        })];
    }

    [GeneratedRegex(@"^## (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex RuleName();

    [GeneratedRegex(@"runbook_url: docs/runbooks/prometheus-alerts\.md#(\w+)")]
    private static partial Regex RunbookLink();

    [GeneratedRegex(@"\b(pipeline|dotnet)_[a-z0-9_]+\b")]
    private static partial Regex MetricName();
}

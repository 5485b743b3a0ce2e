"""What Kubernetes and the Prometheus operator are given of infra/monitoring."""
import re
import subprocess
import unittest

import app
import rendered
import schema
import yaml

FOLDER = app.ROOT / "infra/monitoring"
README = (app.ROOT / "infra/README.md").read_text()


class Operator(unittest.TestCase):
    def setUp(self):
        self.monitors = list(yaml.safe_load_all((FOLDER / "kubernetes/monitors.yaml").read_text()))
        self.rules = yaml.safe_load((FOLDER / "rules/pipeline.yaml").read_text())

    def test_objects_fit_the_definitions(self):
        for document in self.monitors:
            with self.subTest(document["kind"]):
                self.assertEqual([], schema.faults(document))

    def test_is_given_the_rules_that_are_tested(self):
        written = subprocess.run([FOLDER / "kubernetes/rules.sh"], capture_output=True, text=True, check=True).stdout
        document = yaml.safe_load(written)
        self.assertEqual([], schema.faults(document))
        self.assertEqual(("PrometheusRule", "pipeline"), (document["kind"], document["metadata"]["namespace"]))
        self.assertEqual(self.rules, document["spec"])

    def test_scrapes_every_role_under_the_labels_that_the_rules_ask_for(self):
        spec = next(d["spec"] for d in self.monitors if d["kind"] == "PodMonitor")
        endpoint = spec["podMetricsEndpoints"][0]
        roles = rendered.of_kind(rendered.overlay(rendered.EKS), "Deployment")
        self.assertEqual(3, len(roles))
        for role in roles:
            labels = role["spec"]["template"]["metadata"]["labels"]
            self.assertLessEqual(spec["selector"]["matchLabels"].items(), labels.items())
            self.assertIn(endpoint["port"], [port["name"] for port in rendered.pod(role)["containers"][0]["ports"]])
            self.assertEqual("pipeline", labels[spec["jobLabel"]])
        asked = yaml.dump(self.rules)
        self.assertEqual({"pipeline"}, set(re.findall(r'job="(\w+)"', asked)))
        kept = {re.sub(r"[^a-z]", "_", label) for label in spec["podTargetLabels"]}
        self.assertLessEqual(set(re.findall(r"\bapp_kubernetes_io_\w+", asked)), kept)

    def test_keeps_alerts_over_what_the_ledger_says_while_it_says_nothing(self):
        texts = "".join(text for path, text in app.SOURCES.items() if path.name in ("GaugeQueries.cs", "KafkaLag.cs"))
        gauges = [name.replace(".", "_") for name in re.findall(r'"(pipeline(?:\.\w+)+)",', texts)]
        self.assertGreater(len(gauges), 15)
        rules = [rule for group in self.rules["groups"] for rule in group["rules"]]
        over = {rule["alert"] for rule in rules if re.search(rf"(?<!_over_time\()\b(?:{'|'.join(gauges)})(?:_|\b)", rule["expr"])}
        self.assertGreater(len(over), 10)
        self.assertEqual(over, {rule["alert"] for rule in rules if rule.get("keep_firing_for") == "15m"})


class Collector(unittest.TestCase):
    def setUp(self):
        self.documents = rendered.objects("monitoring")
        self.collector = next(d for d in self.documents if d["kind"] == "Deployment")

    def test_fits_the_definitions_and_is_made_as_the_page_says(self):
        for document in self.documents:
            with self.subTest(document["metadata"]["name"]):
                self.assertEqual([], schema.faults(document))
                self.assertEqual("pipeline", document["metadata"]["namespace"])
        secret = next(v["secret"]["secretName"] for v in rendered.pod(self.collector)["volumes"] if "secret" in v)
        command = re.search(rf"create secret generic {secret} (.*?)\n    kubectl", README, re.S)[1]
        configuration = (FOLDER / "otel-collector.yaml").read_text()
        self.assertEqual(set(re.findall(r"file:/etc/otel/secrets/([\w-]+)", configuration)), set(re.findall(r"literal=([\w-]+)=", command)))
        variables = rendered.environment(self.documents, rendered.pod(self.collector)["containers"][0])
        self.assertEqual(set(re.findall(r"env:(\w+)", configuration)), set(variables))

    def test_is_found_and_reached_where_the_page_says(self):
        name, port = re.search(r"OTEL_EXPORTER_OTLP_ENDPOINT=http://([\w-]+):(\d+)", README).groups()
        service = next(d for d in self.documents if d["kind"] == "Service")
        labels = self.collector["spec"]["template"]["metadata"]["labels"]
        self.assertEqual(name, service["metadata"]["name"])
        self.assertLessEqual(service["spec"]["selector"].items(), labels.items())
        port = next(p for p in service["spec"]["ports"] if p["port"] == int(port))
        open_in = next(p for p in rendered.pod(self.collector)["containers"][0]["ports"] if p["name"] == port["targetPort"])
        self.assertEqual({"app": True, "collector": True}, {
            "app": open_in["containerPort"] in self.ports("egress", "pipeline"),
            "collector": open_in["containerPort"] in self.ports("ingress", labels["app.kubernetes.io/name"])})

    def test_may_pass_on_what_it_got(self):
        self.assertLessEqual({53, 443}, self.ports("egress", "otel-collector"))
        for endpoint in (FOLDER / "kubernetes/endpoints.env").read_text().split():
            self.assertRegex(endpoint, r"^\w+=https://[^:]+$")

    def ports(self, side, name):
        policies = [d["spec"] for d in rendered.of_kind(self.documents, "NetworkPolicy")
                    if d["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == name]
        return {port["port"] for policy in policies for rule in policy.get(side, []) for port in rule["ports"]}


if __name__ == "__main__":
    unittest.main()

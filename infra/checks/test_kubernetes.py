"""The manifests, as far as they can be judged without a cluster."""
import re
import unittest

import app
import rendered
import schema

SECRETS_BY_HAND = {"store-account", "postgres-account", "server-certificates", "pipeline-settings"}   # overlays/local/certificates.sh
OPTIONAL = {"pipeline-providers", "pipeline-alerts", "pipeline-authorities"}


def seconds(text):
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + rest


def mebibytes(text):
    return int(text[:-2]) * {"Mi": 1, "Gi": 1024}[text[-2:]]


def component(document):
    return document["metadata"].get("labels", {}).get("app.kubernetes.io/component")


def every(*kinds):
    """A test of one object, run for each of these kinds in every overlay; of all kinds when none is named."""
    def decorate(test):
        def run(self):
            for name in rendered.OVERLAYS:
                documents = rendered.overlay(name)
                for document in rendered.of_kind(documents, *kinds) if kinds else documents:
                    with self.subTest(f"{name}: {document['kind']} {document['metadata']['name']}"):
                        test(self, documents, document)
        return run
    return decorate


class EveryOverlay(unittest.TestCase):
    def test_is_among_these(self):
        self.assertEqual(["aks", "eks", "local"], rendered.OVERLAYS)

    @every()
    def test_is_built_and_has_no_field_that_the_definitions_do_not_have(self, _, document):
        self.assertEqual([], schema.faults(document))

    @every("Deployment", "StatefulSet", "Job", "CronJob")
    def test_names_what_exists(self, documents, document):
        there = {(d["kind"], d["metadata"]["name"]) for d in documents}
        secrets = {d["spec"]["target"]["name"] for d in rendered.of_kind(documents, "ExternalSecret")}
        local = not secrets
        for kind, name in references(rendered.pod(document)):
            if kind == "Secret":
                self.assertIn(name, SECRETS_BY_HAND | OPTIONAL if local else secrets)
            elif name not in OPTIONAL:
                self.assertIn((kind, name), there)

    @every("ScaledObject")
    def test_scales_what_exists_by_variables_that_exist(self, documents, document):
        targets = {d["metadata"]["name"]: d for d in rendered.of_kind(documents, "Deployment")}
        target = targets[document["spec"]["scaleTargetRef"]["name"]]
        variables = rendered.environment(documents, rendered.pod(target)["containers"][0])
        logins = {d["metadata"]["name"] for d in rendered.of_kind(documents, "TriggerAuthentication")}
        for trigger in document["spec"]["triggers"]:
            for key, value in trigger["metadata"].items():
                if key.endswith("FromEnv"):
                    self.assertTrue(variables.get(value), f"{value} is not set in {target['metadata']['name']}")
            if "authenticationRef" in trigger:
                self.assertIn(trigger["authenticationRef"]["name"], logins)

    @every("ScaledObject")
    def test_asks_for_the_lag_of_the_groups_that_the_triggers_join(self, _, document):
        for trigger in document["spec"]["triggers"]:
            if trigger["type"] != "kafka":
                continue
            setting = trigger["metadata"]["topicFromEnv"]
            source = next(text for text in app.APP.values() if f'"%{setting}%"' in text)
            group = re.search(r'ConsumerGroup = "([^"]+)"', source)[1]
            named = trigger["metadata"].get("consumerGroup", "%KafkaGroup%")
            self.assertEqual(group.replace("%KafkaGroup%", "pipeline"), named.replace("%KafkaGroup%", "pipeline"))

    @every("Deployment")
    def test_gives_a_pod_the_time_it_needs_to_stop(self, documents, document):
        spec = rendered.pod(document)
        container = spec["containers"][0]
        variables = rendered.environment(documents, container)
        # The Functions host reads no setting of ours; .NET bounds it.
        ends = 30 if "FUNCTIONS_WORKER_RUNTIME" in variables else seconds(variables["LocalHost__DrainTimeout"]) + 5
        needed = container["lifecycle"]["preStop"]["sleep"]["seconds"] + ends
        self.assertGreaterEqual(spec["terminationGracePeriodSeconds"], needed + 5)

    @every("Deployment", "Job", "CronJob")
    def test_runs_nothing_as_root_or_with_a_writable_root(self, _, document):
        spec = rendered.pod(document)
        self.assertTrue(spec["securityContext"]["runAsNonRoot"])
        self.assertFalse(spec["automountServiceAccountToken"])
        for container in spec["containers"]:
            rights = container["securityContext"]
            self.assertTrue(rights["readOnlyRootFilesystem"])
            self.assertFalse(rights["allowPrivilegeEscalation"])
            self.assertEqual(["ALL"], rights["capabilities"]["drop"])

    @every("Deployment", "StatefulSet", "Job", "CronJob")
    def test_bounds_memory_and_asks_for_what_it_needs(self, _, document):
        for container in rendered.pod(document)["containers"]:
            self.assertEqual({"cpu", "memory"}, set(container["resources"]["requests"]))
            self.assertIn("memory", container["resources"]["limits"])

    def test_gives_two_processes_more_memory_than_one(self):
        def limits(name):
            return {d["metadata"]["name"]: mebibytes(rendered.pod(d)["containers"][0]["resources"]["limits"]["memory"])
                    for d in rendered.of_kind(rendered.overlay(name), "Deployment")}
        lean, both = limits(rendered.EKS), limits("aks")
        consumers = 64 * sum(kind == "Kafka" for kind in app.functions().values())
        for name in lean:
            with self.subTest(name):
                self.assertGreaterEqual(both[name], lean[name] + 256 + (consumers if name == "pipeline-streams" else 0))

    @every("Deployment")
    def test_probes_every_role_and_lets_one_pod_of_each_go(self, documents, document):
        container = rendered.pod(document)["containers"][0]
        self.assertEqual("/health/ready", container["readinessProbe"]["httpGet"]["path"])
        self.assertEqual("/health/live", container["livenessProbe"]["httpGet"]["path"])
        labels = document["spec"]["template"]["metadata"]["labels"]
        budgets = [d for d in rendered.of_kind(documents, "PodDisruptionBudget")
                   if d["spec"]["selector"]["matchLabels"].items() <= labels.items()]
        self.assertEqual(1, len(budgets))
        self.assertLessEqual(document["spec"]["selector"]["matchLabels"].items(), labels.items())
        for spread in rendered.pod(document)["topologySpreadConstraints"]:
            self.assertLessEqual(spread["labelSelector"]["matchLabels"].items(), labels.items())

    @every("Deployment", "Job", "CronJob")
    def test_mounts_all_secrets_of_the_app_where_it_looks_for_settings(self, _, document):
        volume = next(volume for volume in rendered.pod(document)["volumes"] if volume["name"] == "secrets")
        sources = {source["secret"]["name"]: source["secret"].get("optional", False) for source in volume["projected"]["sources"]}
        self.assertEqual({"pipeline-settings": False, "pipeline-providers": True, "pipeline-alerts": True}, sources)

    @every("Deployment", "CronJob")
    def test_gives_whatever_reads_the_lake_its_account(self, documents, document):
        spec = rendered.pod(document)
        container = spec["containers"][0]
        variables = rendered.environment(documents, container)
        accounts = {d["metadata"]["name"]: d["metadata"].get("annotations", {}) for d in rendered.of_kind(documents, "ServiceAccount")}
        token = variables.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        mounted = token and any(token.startswith(f"{mount['mountPath']}/") for mount in container["volumeMounts"])
        self.assertTrue("eks.amazonaws.com/role-arn" in accounts[spec["serviceAccountName"]] or mounted
                        or {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= set(variables))

    @every("Job", "CronJob")
    def test_runs_verbs_by_the_name_both_images_have(self, _, document):
        container = rendered.pod(document)["containers"][0]
        self.assertEqual(["pipeline"], container["command"])
        verbs = {name for text in app.APP.values() for name in re.findall(r'new Command\("(\w+)"', text)}
        self.assertIn(container["args"][0], verbs)

    def test_reconciles_every_night_and_asks_no_second_time_for_a_verdict(self):
        for name in rendered.OVERLAYS:
            job = next(d for d in rendered.overlay(name) if d["metadata"]["name"] == "pipeline-reconcile")
            self.assertEqual("reconcile", rendered.pod(job)["containers"][0]["args"][0])
            self.assertRegex(job["spec"]["schedule"], r"^\d+ \d+ \* \* \*$")
            fault = int(re.search(r"const int Fault = (\d+)", (app.ROOT / "functions/App/Cli/ExitCodes.cs").read_text())[1])
            rule = job["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"][0]
            self.assertEqual(("FailJob", [fault]), (rule["action"], rule["onExitCodes"]["values"]))

    @every("Deployment", "StatefulSet", "Job", "CronJob")
    def test_pins_every_image(self, _, document):
        for container in rendered.pod(document)["containers"]:
            self.assertRegex(container["image"], r"^[a-z0-9./-]+:[A-Za-z0-9._-]+$")
            self.assertNotIn(":latest", container["image"])


class Secrets(unittest.TestCase):
    def test_are_each_filled_by_a_step_of_the_page(self):
        page = (app.ROOT / "infra/README.md").read_text()
        for document in rendered.of_kind(rendered.overlay(rendered.EKS), "ExternalSecret"):
            self.assertIn(f"\n   | `{document['metadata']['name']}` | ", page)
        for document in rendered.of_kind(rendered.objects("checks/clock"), "ExternalSecret"):
            self.assertIn(f"`{document['metadata']['name']}`", page)


class Network(unittest.TestCase):
    def open_ports(self, documents):
        policy = next(d for d in rendered.of_kind(documents, "NetworkPolicy") if d["metadata"]["name"] == "pipeline-out")
        ports = [port for rule in policy["spec"]["egress"] if "to" not in rule for port in rule["ports"]]
        return {number for port in ports for number in range(port["port"], port.get("endPort", port["port"]) + 1)}

    def test_lets_out_what_the_settings_and_the_app_itself_name(self):
        options = (app.ROOT / "functions/Sinks/Alerting/AlertOptions.cs").read_text()
        mail = int(re.search(r"int Port \{ get; init; \} = (\d+)", options)[1])
        for name in rendered.CLOUDS:
            documents = rendered.overlay(name)
            values = [value for data in rendered.config_maps(documents).values() for value in data.values()]
            brokers = {int(port) for value in values for port in re.findall(r"\.[a-z]+:(\d+)(?=,|$)", value)}
            self.assertTrue(brokers)
            # HTTPS, PostgreSQL (no port in its connection string), a schema registry where its documentation has it.
            with self.subTest(name):
                self.assertEqual(set(), (brokers | {443, mail, 5432, 8081}) - self.open_ports(documents))

    def test_lets_out_nothing_unencrypted(self):
        for name in rendered.CLOUDS:
            self.assertEqual(set(), {25, 80, 8080} & self.open_ports(rendered.overlay(name)))


class Migration(unittest.TestCase):
    """deploy.sh applies what is labelled settings, then the migration, and waits for it before it applies the rest."""

    def test_finds_what_it_needs_among_what_is_applied_before_it(self):
        for name in rendered.OVERLAYS:
            documents = rendered.overlay(name)
            first = [d for d in documents if component(d) == "settings"]
            there = {(d["kind"], d["metadata"]["name"]) for d in first}
            there |= {("Secret", d["spec"]["target"]["name"]) for d in rendered.of_kind(first, "ExternalSecret")}
            if name == "local":
                there |= {("Secret", secret) for secret in SECRETS_BY_HAND}
            needy = [d for d in documents if component(d) == "migrate"] + rendered.of_kind(first, "StatefulSet")
            self.assertIn("Job", {d["kind"] for d in needy})
            for document in needy:
                for kind, wanted in references(rendered.pod(document)):
                    with self.subTest(f"{name}: {document['metadata']['name']} needs {wanted}"):
                        self.assertTrue(wanted in OPTIONAL or (kind, wanted) in there)

    def test_finds_the_server_that_the_local_secrets_name(self):
        written = (app.ROOT / "infra/kubernetes/overlays/local/certificates.sh").read_text()
        host = re.search(r"Host=(\w+);", written)[1]
        first = [d for d in rendered.overlay("local") if component(d) == "settings"]
        service = next(d for d in rendered.of_kind(first, "Service") if d["metadata"]["name"] == host)
        behind = [d for d in rendered.of_kind(first, "StatefulSet")
                  if service["spec"]["selector"].items() <= d["spec"]["template"]["metadata"]["labels"].items()]
        self.assertEqual(1, len(behind))


class TheClock(unittest.TestCase):
    """The component clock on the overlay aks, as checks/clock builds it."""

    def setUp(self):
        self.documents = rendered.objects("checks/clock")
        self.jobs = [d for d in rendered.of_kind(self.documents, "CronJob") if component(d) == "clock"]
        self.role = self.named("Deployment", "pipeline-orchestration")

    def named(self, kind, name):
        return next(d for d in rendered.of_kind(self.documents, kind) if d["metadata"]["name"] == name)

    def test_fits_the_definitions_and_names_what_exists(self):
        secrets = {d["spec"]["target"]["name"] for d in rendered.of_kind(self.documents, "ExternalSecret")}
        for document in self.documents:
            self.assertEqual([], schema.faults(document))
        for job in self.jobs:
            self.assertLessEqual({name for _, name in references(rendered.pod(job))}, secrets)

    def test_asks_for_every_timer_of_the_app_and_stops_the_timer_itself(self):
        timers = {name for name, kind in app.functions().items() if kind == "Timer"}
        asked = [variable["value"] for job in self.jobs for variable in rendered.pod(job)["containers"][0]["env"]]
        self.assertEqual(sorted(timers), sorted(asked))
        variables = rendered.environment(self.documents, rendered.pod(self.role)["containers"][0])
        for name in timers:
            self.assertEqual("true", variables.get(f"AzureWebJobs_{name}_Disabled"), name)

    def test_asks_the_role_that_has_the_timers_and_the_drop_folder(self):
        labels = self.role["spec"]["template"]["metadata"]["labels"]
        container = rendered.pod(self.role)["containers"][0]
        drop = rendered.environment(self.documents, container)["Drop__Root"]
        self.assertIn(drop, [mount["mountPath"] for mount in container["volumeMounts"]])
        for job in self.jobs:
            url = rendered.pod(job)["containers"][0]["args"][-1]
            host, name = re.fullmatch(r"http://([\w-]+)/admin/functions/\$\((\w+)\)", url).groups()
            self.assertEqual("FUNCTION", name)
            self.assertLessEqual(self.named("Service", host)["spec"]["selector"].items(), labels.items())

    def test_may_go_where_it_asks(self):
        role = self.role["spec"]["template"]["metadata"]["labels"]
        for job in self.jobs:
            clock = job["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
            for side, here, there in (("egress", clock, role), ("ingress", role, clock)):
                peers = "to" if side == "egress" else "from"
                ways = [rule for policy in rendered.of_kind(self.documents, "NetworkPolicy")
                        if policy["spec"]["podSelector"].get("matchLabels", {}).items() <= here.items()
                        for rule in policy["spec"].get(side, []) for peer in rule.get(peers, [])
                        if peer.get("podSelector", {}).get("matchLabels", {"": ""}).items() <= there.items()]
                self.assertIn(8080, [port["port"] for rule in ways for port in rule["ports"]], side)


class Misspelt(unittest.TestCase):
    """Ten fields, each misspelt alone in what the eks overlay builds; the definitions must find each and name it."""

    PLANTED = [
        ("ScaledObject", "pipeline-streams", "spec.polingInterval", 15),
        ("ScaledObject", "pipeline-streams", "spec.triggers.0.metadata.lagTreshold", "5"),
        ("ScaledObject", "pipeline-orchestration", "spec.advanced.horizontalPodAutoscalerConfig.behaviour", {}),
        ("ScaledObject", "pipeline-orchestration", "spec.triggers.0.metadata.targetQueryVale", "1"),
        ("Deployment", "pipeline-http", "spec.template.spec.terminationGracePeriod", 30),
        ("Deployment", "pipeline-http", "spec.template.spec.containers.0.readinesProbe", {}),
        ("Deployment", "pipeline-streams", "spec.template.spec.containers.0.securityContext.readOnlyRootFileSystem", True),
        ("PodDisruptionBudget", "pipeline-streams", "spec.maxUnavailible", 1),
        ("NetworkPolicy", "pipeline-out", "spec.egress.0.port", []),
        ("ExternalSecret", "pipeline-settings", "spec.refreshIntervall", "1h"),
    ]

    def test_fields_are_found_all_ten(self):
        self.assertEqual(10, len(self.PLANTED))
        for kind, name, path, value in self.PLANTED:
            with self.subTest(path):
                document = next(d for d in rendered.overlay("eks") if d["kind"] == kind and d["metadata"]["name"] == name)
                *way, field = path.split(".")
                place = document
                for step in way:
                    place = place[int(step) if step.isdigit() else step]
                place[field] = value
                found = schema.faults(document)
                self.assertEqual(1, len(found), found)
                self.assertIn(f".{field} is no", found[0].replace("is nothing", "is no"))

    def test_values_and_missing_fields_are_found_too(self):
        scaled = next(d for d in rendered.overlay("eks") if d["metadata"]["name"] == "pipeline-streams" and d["kind"] == "ScaledObject")
        scaled["spec"]["triggers"][0]["metadata"]["offsetResetPolicy"] = "first"
        scaled["spec"]["maxReplicaCount"] = "many"
        del scaled["spec"]["scaleTargetRef"]
        del scaled["spec"]["triggers"][1]["metadata"]["bootstrapServersFromEnv"]
        self.assertEqual(4, len(schema.faults(scaled)))


def references(spec):
    """Kind and name of the settings, secrets and volumes a pod needs."""
    for container in spec["containers"]:
        for source in container.get("envFrom", []):
            yield "ConfigMap", source["configMapRef"]["name"]
        for variable in container.get("env", []):
            if "secretKeyRef" in variable.get("valueFrom", {}):
                yield "Secret", variable["valueFrom"]["secretKeyRef"]["name"]
    for volume in spec.get("volumes", []):
        for source in [volume, *volume.get("projected", {}).get("sources", [])]:
            if "secret" in source:
                yield "Secret", source["secret"].get("secretName") or source["secret"].get("name")
            if "configMap" in source:
                yield "ConfigMap", source["configMap"]["name"]
            if "persistentVolumeClaim" in source:
                yield "PersistentVolumeClaim", source["persistentVolumeClaim"]["claimName"]
    if "serviceAccountName" in spec:
        yield "ServiceAccount", spec["serviceAccountName"]


if __name__ == "__main__":
    unittest.main()

"""The manifests, as far as they can be judged without a cluster."""
import re
import unittest

import app
import rendered
import schema

SECRETS_BY_HAND = {"store-account", "postgres-account", "server-certificates", "pipeline-settings"}   # overlays/local/certificates.sh
OPTIONAL = {"pipeline-providers", "pipeline-authorities"}
BY_README = {"pipeline-host-keys", "pipeline-clock"}


def seconds(text):
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + rest


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
        self.assertEqual(["aks", "eks-production", "eks-staging", "local"], rendered.OVERLAYS)

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
                self.assertIn(name, secrets | OPTIONAL | BY_README | (SECRETS_BY_HAND if local else set()))
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
        drain = seconds(rendered.environment(documents, container)["LocalHost__DrainTimeout"])
        needed = container["lifecycle"]["preStop"]["sleep"]["seconds"] + drain + 5
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

    @every("Deployment", "StatefulSet", "Job", "CronJob")
    def test_pins_every_image(self, _, document):
        for container in rendered.pod(document)["containers"]:
            self.assertRegex(container["image"], r"^[a-z0-9./-]+:[A-Za-z0-9._-]+$")
            self.assertNotIn(":latest", container["image"])


class TheClock(unittest.TestCase):
    def test_has_a_cronjob_for_every_timer_and_fits_the_definitions(self):
        documents = rendered.objects("checks/clock")
        for document in documents:
            self.assertEqual([], schema.faults(document))
        asked = {re.search(r"/admin/functions/(\w+)", rendered.pod(d)["containers"][0]["args"][-1])[1]
                 for d in rendered.of_kind(documents, "CronJob") if "curl" in rendered.pod(d)["containers"][0]["image"]}
        role = next(data for name, data in rendered.config_maps(documents).items() if name.startswith("pipeline-orchestration"))
        off = {key.split("_")[1] for key in role if key.endswith("_Disabled")}
        self.assertLessEqual(asked, off)
        self.assertEqual({"PublishDue", "Sweep", "ExtractDaily", "DrainQueue", "ScanDropFolder", "Attribute"}, asked)


class Misspelt(unittest.TestCase):
    """Ten fields, each misspelt alone in what the overlay eks-production builds; the definitions must find each and name it."""

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
                documents = rendered.overlay("eks-production")
                document = next(d for d in documents if d["kind"] == kind and d["metadata"]["name"] == name)
                *way, field = path.split(".")
                place = document
                for step in way:
                    place = place[int(step) if step.isdigit() else step]
                place[field] = value
                found = schema.faults(document)
                self.assertEqual(1, len(found), found)
                self.assertIn(f".{field} is no", found[0].replace("is nothing", "is no"))

    def test_values_and_missing_fields_are_found_too(self):
        documents = rendered.of_kind(rendered.overlay("eks-production"), "ScaledObject")
        scaled = next(d for d in documents if d["metadata"]["name"] == "pipeline-streams")
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

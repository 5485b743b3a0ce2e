"""Manifests and app agree: nothing is set that the app does not read, nothing is read that no manifest sets or leaves on purpose."""
import json
import pathlib
import unittest

import yaml

import app
import rendered

HERE = pathlib.Path(__file__).parent
FACTS = json.loads((HERE / "settings.json").read_text())
ROLES = ("streams", "orchestration", "http")


def set_in(documents):
    """Settings of an overlay, from ConfigMaps, variables and secrets that are named one by one."""
    names = {key for document in rendered.of_kind(documents, "ConfigMap") for key in document.get("data", {})
             if document["metadata"]["name"].startswith("pipeline-")}
    for document in rendered.of_kind(documents, "Deployment"):
        names |= {variable["name"] for variable in rendered.pod(document)["containers"][0].get("env", [])}
    for document in rendered.of_kind(documents, "ExternalSecret"):
        if document["metadata"]["name"] == "pipeline-settings":
            names |= {entry["secretKey"] for entry in document["spec"].get("data", [])}
    return {name.replace("__", ":") for name in names}


class Settings(unittest.TestCase):
    def judge(self, names):
        for name in sorted(names):
            with self.subTest(name):
                if name in FACTS["read_by_others"]:
                    continue
                if name.startswith("AzureWebJobs_"):
                    self.assertIn(name.split("_")[1], set(app.functions()))
                elif name.startswith("AzureFunctionsJobHost:"):
                    self.assertLessEqual(set(name.split(":")[1:]), app.host_options())
                else:
                    self.assertTrue(app.matches(name, app.settings()),
                                    "the app has no such setting; mend the name, or say in checks/settings.json who reads it")

    def test_of_every_overlay_exist(self):
        for overlay in rendered.OVERLAYS:
            self.judge(set_in(rendered.overlay(overlay)))

    def test_of_the_clock_exist(self):
        self.judge(set_in(rendered.objects("checks/clock")))

    def test_of_compose_exist(self):
        compose = yaml.safe_load((app.ROOT / "infra/docker/compose.yaml").read_text())
        self.judge({name.replace("__", ":") for name in compose["services"]["pipeline"]["environment"]})

    def test_of_the_sample_exist(self):
        self.judge(app.sample())

    def test_that_the_app_reads_are_set_on_eks_or_left_on_purpose(self):
        there = set_in(rendered.overlay("eks-production"))
        patterns = {app.matches(name, app.settings()) for name in there}
        left = FACTS["left"]
        for setting in sorted(app.settings()):
            with self.subTest(setting):
                is_left = app.matches(setting.replace("*", "0"), left) is not None
                self.assertTrue((setting in patterns) != is_left,
                                "set it in a manifest, or name it with a reason in checks/settings.json (not both)")

    def test_left_on_purpose_still_exist(self):
        for name in FACTS["left"]:
            with self.subTest(name):
                self.assertTrue(any(app.matches(setting.replace("*", "0"), [name]) for setting in app.settings()))

    def test_found_in_the_source_are_those_the_page_lists(self):
        page = (app.ROOT / "docs/settings.md").read_text()
        for setting in ("KafkaBrokers", "Ledger:ConnectionString", "Publish:MaxAge", "S3:KmsKeyId", "LocalHost:DrainTimeout",
                        "Datasets:Folder", "CleverTap:Projects:*:AccountId", "Facebook:Accounts:*", "ExtractSchedule"):
            self.assertIn(setting, app.settings())
            self.assertIn(setting.split(":*")[0], page)


class Roles(unittest.TestCase):
    def disabled(self, documents):
        maps = rendered.config_maps(documents)
        return {role: {key.split("_")[1] for name, data in maps.items() if name.startswith(f"pipeline-{role}")
                       for key, value in data.items() if key.startswith("AzureWebJobs_") and value == "true"} for role in ROLES}

    def test_each_function_runs_in_one_role_and_what_every_pod_is_asked_in_all(self):
        for overlay in rendered.OVERLAYS:
            off = self.disabled(rendered.overlay(overlay))
            for name in app.functions():
                roles = [role for role in ROLES if name not in off[role]]
                with self.subTest(f"{overlay}: {name}"):
                    self.assertEqual(3 if name.startswith("Health") or name == "Metrics" else 1, len(roles), f"runs in {roles}")

    def test_triggers_of_one_kind_are_in_the_role_for_them(self):
        wanted = {"Kafka": "streams", "Http": "http"} | dict.fromkeys(("Timer", "Orchestration", "Activity"), "orchestration")
        off = self.disabled(rendered.overlay("eks-production"))
        for name, kind in app.functions().items():
            with self.subTest(name):
                self.assertNotIn(name, off[wanted[kind]])


if __name__ == "__main__":
    unittest.main()

"""Images, scripts and workflows, as far as they can be judged without Docker and without GitHub."""
import pathlib
import re
import subprocess
import tempfile
import unittest

import app
import rendered
import yaml

DOCKER = app.ROOT / "infra/docker"
INSTRUCTIONS = {"FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"}


def instructions(file):
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.M))
    return [line.strip().split(None, 1) for line in text.splitlines() if line.strip()]


class Images(unittest.TestCase):
    def each(self):
        return [(file.name, instructions(file)) for file in sorted(DOCKER.glob("*.Dockerfile"))]

    def test_are_two_one_for_each_host(self):
        self.assertEqual(["azure-host.Dockerfile", "lean.Dockerfile"], [name for name, _ in self.each()])
        self.assertIn("FunctionsHost=Azure", (DOCKER / "azure-host.Dockerfile").read_text())

    def test_have_known_instructions_pinned_bases_a_user_and_a_health_check(self):
        for name, lines in self.each():
            with self.subTest(name):
                self.assertLessEqual({line[0] for line in lines}, INSTRUCTIONS)
                for base in [line[1].split()[0] for line in lines if line[0] == "FROM"]:
                    self.assertRegex(base, r":[\w.-]+$")
                last = max(index for index, line in enumerate(lines) if line[0] == "FROM")
                final = dict(lines[last + 1:])
                self.assertEqual("10001:10001", final["USER"])
                self.assertIn("/health/live", final["HEALTHCHECK"])
                self.assertEqual("8080", final["EXPOSE"])

    def test_copy_what_is_there_and_not_ignored(self):
        for name, lines in self.each():
            allowed = {line[1:] for line in (DOCKER / f"{name}.dockerignore").read_text().splitlines() if line.startswith("!")}
            for words in [line[1].split() for line in lines if line[0] == "COPY" and "--from" not in line[1]]:
                for source in [word for word in words[:-1] if not word.startswith("--")]:
                    with self.subTest(f"{name}: {source}"):
                        self.assertTrue(list(app.ROOT.glob(source)))
                        self.assertIn(source.split("/")[0], allowed)

    def test_have_the_command_line_on_the_path(self):
        for name, lines in self.each():
            last = max(index for index, line in enumerate(lines) if line[0] == "FROM")
            target = next(line[1].split()[-1] for line in lines[last + 1:] if line[0] == "COPY" and "--from=build" in line[1])
            step = next(line[1] for line in lines[last + 1:] if line[0] == "RUN" and "/usr/local/bin/pipeline" in line[1])
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                dotnet = root / "dotnet"
                dotnet.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n')
                dotnet.chmod(0o755)
                made = step[step.index("printf '#!"):].replace("/usr/local/bin/pipeline", f"{root}/pipeline")
                made = made.replace("/usr/share/dotnet/dotnet", str(dotnet))
                subprocess.run(["sh", "-ec", made], check=True)
                path = {"PATH": f"{root}:/usr/bin:/bin"}
                said = subprocess.run([root / "pipeline", "status", "two words"], env=path, check=True, capture_output=True, text=True)
                self.assertEqual([str(dotnet), f"{target}/pipeline.dll", "status", "two words"], said.stdout.splitlines())
                self.assertEqual(0o755, (root / "pipeline").stat().st_mode & 0o777)

    def test_have_the_native_libraries_the_tests_install(self):
        wanted = re.findall(r"has_library \S+ \|\| echo (\S+)", (app.ROOT / "infra/local/install.sh").read_text())
        self.assertGreaterEqual(len(wanted), 3)
        text = (DOCKER / "lean.Dockerfile").read_text()
        for package in wanted:
            self.assertIn(package, text)


class Compose(unittest.TestCase):
    def test_waits_for_what_it_needs_and_keeps_to_loopback(self):
        services = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
        for name, service in services.items():
            with self.subTest(name):
                for needed, how in service.get("depends_on", {}).items():
                    self.assertIn(needed, services)
                    self.assertEqual(how["condition"] == "service_healthy", "healthcheck" in services[needed])
                self.assertTrue(name == "kafka" or service["network_mode"] == "service:kafka")
                for port in service.get("ports", []):
                    self.assertTrue(port.startswith("127.0.0.1:"))

    def test_gives_the_pipeline_the_time_its_drain_takes(self):
        pipeline = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["pipeline"]
        drain = 25   # LocalHost:DrainTimeout's default
        self.assertGreaterEqual(int(pipeline["stop_grace_period"].rstrip("s")), drain + 5)
        self.assertTrue(pipeline["read_only"])


class Workflows(unittest.TestCase):
    def each(self):
        return {path.name: yaml.safe_load(path.read_text()) for path in (app.ROOT / ".github/workflows").glob("*.yml")}

    def test_may_read_and_nothing_else_unless_a_job_says_so(self):
        for name, workflow in self.each().items():
            with self.subTest(name):
                self.assertEqual({"contents": "read"}, workflow["permissions"])

    def test_production_comes_after_staging_in_an_environment_of_its_own_with_a_canary(self):
        jobs = self.each()["deliver.yml"]["jobs"]
        self.assertIn("staging", jobs["production"]["needs"])
        self.assertEqual(("staging", "production"), (jobs["staging"]["environment"], jobs["production"]["environment"]))
        roll_out = next(step for step in jobs["production"]["steps"] if step["uses"].endswith("roll-out"))
        self.assertIn("15", roll_out["with"]["canary-minutes"])

    def test_build_the_image_once_without_any_environments_rights_and_deliver_what_was_scanned_to_each(self):
        jobs = self.each()["deliver.yml"]["jobs"]
        self.assertFalse({"environment", "permissions"} & set(jobs["image"]))
        given = [next(step["with"] for step in jobs[name]["steps"] if step["uses"].endswith("roll-out"))
                 for name in ("staging", "production")]
        for name in ("digest", "archive"):
            self.assertEqual(given[0][name], given[1][name])
        steps = [step.get("uses", "").split("@")[0] for step in jobs["image"]["steps"]]
        self.assertEqual(1, steps.count("docker/build-push-action"))
        self.assertLess(steps.index("aquasecurity/trivy-action"), steps.index("actions/upload-artifact"))

    def test_give_the_action_what_it_asks_for(self):
        action = yaml.safe_load((app.ROOT / ".github/actions/roll-out/action.yml").read_text())
        for job in self.each()["deliver.yml"]["jobs"].values():
            for step in job.get("steps", []):
                if step.get("uses", "").endswith("roll-out"):
                    self.assertLessEqual(set(step["with"]), set(action["inputs"]))
                    self.assertLessEqual({name for name, fact in action["inputs"].items() if fact.get("required")}, set(step["with"]))

    def test_build_every_image_run_the_compose_file_and_roll_out_to_a_cluster_before_anything_is_delivered(self):
        jobs = self.each()["build.yml"]["jobs"]
        said = {name: "\n".join(step.get("run", "") for step in job["steps"]) for name, job in jobs.items()}
        for image in DOCKER.glob("*.Dockerfile"):
            self.assertIn(f"docker build -f infra/docker/{image.name} ", "\n".join(said.values()))
        self.assertIn("docker compose -f infra/docker/compose.yaml up --build --wait", said["compose"])
        self.assertIn("infra/kubernetes/deploy.sh local pipeline:1\n", said["cluster"])
        self.assertEqual(("./.github/workflows/build.yml", "build"),
                         (self.each()["deliver.yml"]["jobs"]["build"]["uses"], self.each()["deliver.yml"]["jobs"]["image"]["needs"]))

    def test_name_what_a_scan_looks_for(self):
        words = {"secret": "secrets", "misconfig": "misconfiguration", "license": "licences", "vuln": "vulnerabilities"}
        for name, workflow in self.each().items():
            for step in [step for job in workflow["jobs"].values() for step in job.get("steps", []) if "trivy" in step.get("uses", "")]:
                scanned = set(step["with"].get("scanners", "vuln").split(","))
                with self.subTest(f"{name}: {step['name']}"):
                    self.assertEqual({kind for kind, word in words.items() if word in step["name"].lower()}, scanned)

    def test_name_other_peoples_actions_by_commit(self):
        """A tag can be moved, or be gone, when somebody else gets hold of their repository."""
        texts = "\n".join(path.read_text() for path in (app.ROOT / ".github").rglob("*.yml"))
        used = re.findall(r"^ *(?:- )?uses: (\S+)", texts, re.M)
        others = [name for name in used if not re.match(r"\./|(?:actions|docker|hashicorp|aws-actions)/", name)]
        self.assertIn("aquasecurity/trivy-action", {name.split("@")[0] for name in others})
        for name in others:
            self.assertRegex(name, r"@[0-9a-f]{40}$")

    def test_build_a_change_once_and_let_no_approval_hold_up_staging(self):
        build, deliver = (self.each()[name] for name in ("build.yml", "deliver.yml"))
        triggers = True   # which is how YAML 1.1 reads `on`
        self.assertEqual({"pull_request", "workflow_call"}, set(build[triggers]))
        self.assertNotIn("concurrency", deliver)
        for name in ("staging", "production"):
            self.assertEqual({"group": f"deliver-{name}", "cancel-in-progress": False}, deliver["jobs"][name]["concurrency"])

    def test_look_up_the_packages_of_the_host_that_is_built_there(self):
        steps = self.each()["build.yml"]["jobs"]["azure-host"]["steps"]
        looked = next(step for step in steps if "--vulnerable" in step.get("run", ""))
        self.assertIn("-p:FunctionsHost=Azure", "".join(step.get("run", "") for step in steps))
        self.assertEqual(({"FunctionsHost": "Azure"}, "bash"), (looked.get("env"), looked.get("shell")))

    def test_keep_their_rights_for_as_long_as_a_job_may_take(self):
        action = yaml.safe_load((app.ROOT / ".github/actions/roll-out/action.yml").read_text())
        session = next(step["with"].get("role-duration-seconds", 3600) for step in action["runs"]["steps"]
                       if step.get("uses", "").startswith("aws-actions/configure-aws-credentials@"))
        module = (app.ROOT / "infra/terraform/aws/delivery.tf").read_text()
        role = re.search(r'resource "aws_iam_role" "delivery" \{(.*?)\n\}', module, re.S)[1]
        allowed = re.search(r"max_session_duration += (\d+)", role)
        self.assertLessEqual(session, int(allowed[1]) if allowed else 3600)
        for name, job in self.each()["deliver.yml"]["jobs"].items():
            if any(step.get("uses", "").endswith("roll-out") for step in job.get("steps", [])):
                self.assertLess(job["timeout-minutes"] * 60, session, name)

    def test_run_scripts_that_are_there(self):
        text = "\n".join(path.read_text() for path in (app.ROOT / ".github").rglob("*.yml"))
        for script in set(re.findall(r"infra/[\w/.-]+\.sh", text)):
            self.assertTrue((app.ROOT / script).exists(), script)


class Environments(unittest.TestCase):
    """Each environment's overlay has the names that Terraform gives to that environment, and none of the other's."""

    def each(self):
        for path in sorted((app.ROOT / "infra/terraform/environments/aws").glob("*.tfvars")):
            facts = dict(re.findall(r'^ *(\w+) += "([^"]*)"$', path.read_text(), re.M))
            self.assertEqual(path.stem, facts["environment"])
            yield facts, rendered.overlay(f"eks-{path.stem}")

    def settings(self, documents):
        return next(data for name, data in rendered.config_maps(documents).items() if name.startswith("pipeline-settings"))

    def test_have_their_own_bucket_key_queue_roles_and_secrets(self):
        module = "\n".join(path.read_text() for path in (app.ROOT / "infra/terraform/aws").glob("*.tf"))
        for shape in ("bucket = var.name", '"alias/${var.name}"', '"${var.name}-${replace(each.key, "_", "-")}"',
                      '"${var.name}-${each.key}"', ":secret:${var.name}/${name}-*"):
            self.assertIn(shape, re.sub(" +", " ", module), "names are made in another way; mend this test and the overlays")
        for facts, documents in self.each():
            with self.subTest(facts["environment"]):
                name, settings = facts["name"], self.settings(documents)
                for store in ("lake", "segments", "quarantine"):
                    self.assertEqual(f"s3://{name}/{store}", settings[f"{store.capitalize()}__Root"])
                self.assertEqual(f"alias/{name}", settings["S3__KmsKeyId"])
                self.assertEqual(f"{name}-user-logins", settings["Sqs__Queues__user_logins__Url"].rsplit("/", 1)[1])
                self.assertEqual(f"{name}-user-logins-dead", settings["Sqs__Queues__user_logins__DeadLetterUrl"].rsplit("/", 1)[1])
                roles = {document["metadata"]["name"]: document["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].split(":role/")[1]
                         for document in rendered.of_kind(documents, "ServiceAccount")}
                self.assertEqual({"pipeline": f"{name}-app", "pipeline-secrets": f"{name}-secrets"}, roles)
                store = rendered.of_kind(documents, "SecretStore")[0]["spec"]["provider"]["aws"]
                self.assertEqual(f"{name}/", store["prefix"])

    def test_have_one_region_each(self):
        for facts, documents in self.each():
            with self.subTest(facts["environment"]):
                settings = self.settings(documents)
                queue = next(trigger for document in rendered.of_kind(documents, "ScaledObject")
                             for trigger in document["spec"]["triggers"] if trigger["type"] == "aws-sqs-queue")
                store = rendered.of_kind(documents, "SecretStore")[0]["spec"]["provider"]["aws"]
                self.assertEqual({facts["region"]}, {settings["S3__Region"], settings["Sqs__Queues__user_logins__Region"],
                                                     queue["metadata"]["awsRegion"], store["region"]})

    def test_share_neither_cluster_nor_brokers(self):
        """One cluster has one namespace `pipeline`; a role trusts its account, wherever in the cluster the environment is."""
        issuers, brokers = zip(*((facts["issuer"], self.settings(documents)["KafkaBrokers"]) for facts, documents in self.each()))
        self.assertEqual((2, 2), (len(set(issuers)), len(set(brokers))))

    def test_are_rolled_out_by_their_own_overlay_from_their_own_repository(self):
        jobs = yaml.safe_load((app.ROOT / ".github/workflows/deliver.yml").read_text())["jobs"]
        action = yaml.safe_load((app.ROOT / ".github/actions/roll-out/action.yml").read_text())
        for facts, _ in self.each():
            job = jobs[facts["environment"]]
            given = next(step["with"] for step in job["steps"] if step.get("uses", "").endswith("roll-out"))
            self.assertEqual((facts["environment"],) * 2, (job["environment"], given["environment"]))
            self.assertEqual("${{ vars.IMAGE_REPOSITORY }}", given["repository"])
        steps = {name: value for step in action["runs"]["steps"] for name, value in step.get("env", {}).items()}
        self.assertEqual("eks-${{ inputs.environment }}", steps["OVERLAY"])
        self.assertTrue(any('deploy.sh "$OVERLAY"' in step.get("run", "") for step in action["runs"]["steps"]))


class Contracts(unittest.TestCase):
    """contracts.sh, on a repository made for it."""

    def judge(self, before, after):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "functions/datasets").mkdir(parents=True)
            (root / "infra/kubernetes").mkdir(parents=True)
            script = root / "infra/kubernetes/contracts.sh"
            script.write_text((app.ROOT / "infra/kubernetes/contracts.sh").read_text())

            def git(*arguments):
                author = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
                subprocess.run(["git", *author, *arguments], cwd=root, check=True, capture_output=True)
            git("init")
            (root / "functions/datasets/clicks.yaml").write_text(before)
            git("add", ".")
            git("commit", "--message", "before")
            (root / "functions/datasets/clicks.yaml").write_text(after)
            return subprocess.run(["bash", str(script), "HEAD"], capture_output=True, text=True)

    def test_changed_without_a_higher_version_is_refused(self):
        result = self.judge("dataset: clicks\nversion: 3\ncolumns: [a]\n", "dataset: clicks\nversion: 3\ncolumns: [a, b]\n")
        self.assertEqual(1, result.returncode)
        self.assertIn("clicks.yaml changed and its version is still 3; write 4.", result.stderr)

    def test_changed_with_a_higher_version_or_in_words_alone_may_pass(self):
        self.assertEqual(0, self.judge("version: 3\ncolumns: [a]\n", "version: 4\ncolumns: [a, b]\n").returncode)
        self.assertEqual(0, self.judge("version: 3\n  description: old\n", "version: 3\n  description: new\n").returncode)


class Scripts(unittest.TestCase):
    def test_stop_at_the_first_error(self):
        for script in (app.ROOT / "infra").rglob("*.sh"):
            first = script.read_text().splitlines()[0]
            if first.startswith("#!"):
                with self.subTest(script.name):
                    self.assertRegex(script.read_text(), r"\nset -eE?uo pipefail\n")

    def test_deploy_builds_an_overlay_with_the_image_it_is_given(self):
        text = rendered.text("kubernetes/overlays/eks-production")
        self.assertIn("image: pipeline:", text)
        script = (app.ROOT / "infra/kubernetes/deploy.sh").read_text()
        for name in ("job/pipeline-migrate", "app.kubernetes.io/component", " =settings", " =migrate"):
            self.assertIn(name, script)
        documents = rendered.overlay("eks-production")
        labels = {document["metadata"].get("labels", {}).get("app.kubernetes.io/component") for document in documents}
        self.assertLessEqual({"settings", "migrate"}, labels)


if __name__ == "__main__":
    unittest.main()

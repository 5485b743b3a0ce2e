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

    def test_give_the_action_what_it_asks_for(self):
        action = yaml.safe_load((app.ROOT / ".github/actions/roll-out/action.yml").read_text())
        for job in self.each()["deliver.yml"]["jobs"].values():
            for step in job.get("steps", []):
                if step.get("uses", "").endswith("roll-out"):
                    self.assertLessEqual(set(step["with"]), set(action["inputs"]))
                    self.assertLessEqual({name for name, fact in action["inputs"].items() if fact.get("required")}, set(step["with"]))

    def test_run_scripts_that_are_there(self):
        text = "\n".join(path.read_text() for path in (app.ROOT / ".github").rglob("*.yml"))
        for script in set(re.findall(r"infra/[\w/.-]+\.sh", text)):
            self.assertTrue((app.ROOT / script).exists(), script)


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
        text = rendered.text("kubernetes/overlays/eks")
        self.assertIn("image: pipeline:", text)
        script = (app.ROOT / "infra/kubernetes/deploy.sh").read_text()
        for name in ("pipeline-migrate", "app.kubernetes.io/component=settings", "app.kubernetes.io/component=migrate"):
            self.assertIn(name, script)
        labels = {document["metadata"].get("labels", {}).get("app.kubernetes.io/component") for document in rendered.overlay("eks")}
        self.assertLessEqual({"settings", "migrate"}, labels)


if __name__ == "__main__":
    unittest.main()

"""deploy.sh and canary.sh, with a kubectl that notes what it is asked and answers as the test wants."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import textwrap
import unittest

import app
import yaml

FOLDER = app.ROOT / "infra/kubernetes"
IMAGE = "registry.example.com/pipeline@sha256:" + "0" * 64
KUBECTL = shutil.which("kubectl")

# kustomize is asked for real; of everything else the words are noted, and those that FAIL names fail.
FAKE = textwrap.dedent("""\
    #!/usr/bin/env python3
    import json, os, subprocess, sys
    words = sys.argv[1:]
    line = " ".join(words)
    if words[0] == "kustomize":
        sys.exit(subprocess.run([os.environ["REAL"], *words]).returncode)
    applied = None
    if "apply" in words and "--filename" in words:
        file = words[words.index("--filename") + 1]
        applied = sys.stdin.read() if file == "-" else open(file).read()
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(json.dumps([line, applied]) + "\\n")
    if os.environ.get("FAIL") and os.environ["FAIL"] in line:
        sys.exit(1)
    if "get deployment" in line:
        print(os.environ["DEPLOYMENT"])
    if "get pods" in line:
        print(json.dumps({"items": [{"status": {"containerStatuses": [{"restartCount": int(os.environ.get("RESTARTS", "0"))}]}}]}))
    """)
CURL = textwrap.dedent("""\
    #!/usr/bin/env python3
    import json, os
    answers = json.loads(open(os.environ["ANSWERS"]).read())
    print(json.dumps(answers.pop(0)))
    open(os.environ["ANSWERS"], "w").write(json.dumps(answers))
    """)


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in (("kubectl", FAKE), ("curl", CURL), ("sleep", "#!/bin/sh\n")):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)

    def run_script(self, script, *arguments, **environment):
        paths = {"PATH": f"{self.folder}:{os.environ['PATH']}", "REAL": KUBECTL, "NOTES": str(self.folder / "notes")}
        command = ["bash", str(FOLDER / script), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | paths | environment)
        notes = self.folder / "notes"
        asked = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
        return done, asked


class Deploy(Scripts):
    def test_puts_settings_first_then_the_migration_then_all_and_waits_for_each_role(self):
        done, asked = self.run_script("deploy.sh", "eks", IMAGE)
        self.assertEqual(0, done.returncode, done.stderr)
        lines = [line.replace("--namespace pipeline ", "") for line, _ in asked]
        self.assertEqual(
            ["settings", "delete job", "migrate", "wait", "apply", "deployment/pipeline-http", "deployment/pipeline-orchestration",
             "deployment/pipeline-streams"],
            [next(word for word in ("component=settings", "delete job", "component=migrate", "wait", "deployment/pipeline-http",
                                    "deployment/pipeline-orchestration", "deployment/pipeline-streams", "apply") if word in line)
             .replace("component=", "") for line in lines])
        everything = list(yaml.safe_load_all(asked[4][1]))
        images = {container["image"] for document in everything if document["kind"] == "Deployment"
                  for container in document["spec"]["template"]["spec"]["containers"]}
        self.assertEqual({IMAGE}, images)
        self.assertEqual([], list(FOLDER.glob("overlays/.release-*")))

    def test_replaces_nothing_when_the_migration_fails(self):
        done, asked = self.run_script("deploy.sh", "eks", IMAGE, FAIL="wait --for=condition=complete")
        self.assertEqual(1, done.returncode)
        self.assertIn("nothing was replaced", done.stderr)
        self.assertFalse(any("rollout" in line or ("apply" in line and "--selector" not in line) for line, _ in asked))

    def test_takes_all_roles_back_when_one_does_not_become_ready(self):
        done, asked = self.run_script("deploy.sh", "eks", IMAGE, FAIL="rollout status deployment/pipeline-orchestration")
        self.assertEqual(1, done.returncode)
        undone = [line.rsplit("/", 1)[1] for line, _ in asked if "rollout undo" in line]
        self.assertEqual(["pipeline-http", "pipeline-orchestration", "pipeline-streams"], undone)

    def test_refuses_an_image_without_tag_and_an_overlay_that_is_not_there(self):
        for arguments, words in ((("eks", "pipeline"), "neither tag nor digest"), (("gke", IMAGE), "no overlay 'gke'")):
            done, asked = self.run_script("deploy.sh", *arguments)
            self.assertEqual((1, []), (done.returncode, asked))
            self.assertIn(words, done.stderr)


class Canary(Scripts):
    LABELS = {"app.kubernetes.io/name": "pipeline", "app.kubernetes.io/component": "streams"}
    DEPLOYMENT = {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "pipeline-streams", "resourceVersion": "1"},
        "spec": {"replicas": 5, "selector": {"matchLabels": LABELS},
                 "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "pipeline", "image": "old:1"}]}}},
    }

    def judge(self, before, after, **environment):
        def status(alerts, rows, rejected):
            dataset = {"publications_failed": 0, "rows_in": rows, "rejected": rejected}
            return {"alerts_open": alerts, "datasets": [dataset]}
        answers = self.folder / "answers"
        answers.write_text(json.dumps([status(*before), status(*after)]))
        return self.run_script("canary.sh", "streams", IMAGE, "0", ANSWERS=str(answers), PIPELINE_URL="http://localhost",
                               DEPLOYMENT=json.dumps(self.DEPLOYMENT), **environment)

    def test_is_one_pod_that_the_roles_own_budget_and_scaling_do_not_count(self):
        done, asked = self.judge((0, 1000, 1), (0, 2000, 2))
        self.assertEqual(0, done.returncode, done.stderr)
        made = json.loads(next(applied for line, applied in asked if "apply" in line))
        self.assertEqual(("pipeline-streams-canary", 1), (made["metadata"]["name"], made["spec"]["replicas"]))
        self.assertEqual("streams-canary", made["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"])
        self.assertEqual("streams-canary", made["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"])
        self.assertEqual(IMAGE, made["spec"]["template"]["spec"]["containers"][0]["image"])
        self.assertIn("delete deployment pipeline-streams-canary", asked[-1][0])

    def test_fails_and_is_removed_when_alerts_or_refused_rows_rise(self):
        for after in ((1, 2000, 2), (0, 2000, 100)):
            with self.subTest(after):
                (self.folder / "notes").unlink(missing_ok=True)
                done, asked = self.judge((0, 1000, 1), after)
                self.assertEqual(1, done.returncode)
                self.assertIn("rose while the new image worked", done.stderr)
                self.assertIn("delete deployment", asked[-1][0])

    def test_fails_when_its_pod_does_not_start(self):
        done, asked = self.judge((0, 1, 0), (0, 1, 0), FAIL="rollout status deployment/pipeline-streams-canary")
        self.assertEqual(1, done.returncode)
        self.assertIn("delete deployment", asked[-1][0])


if __name__ == "__main__":
    unittest.main()

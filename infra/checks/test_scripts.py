"""deploy.sh, canary.sh and ask.sh, with a kubectl that notes what it is asked and answers as the test wants."""
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

# kustomize and dry runs are asked for real; of everything else the words are noted, and those that FAIL names fail. It keeps what a
# cluster keeps between two roll-outs: the ConfigMap of the last release, and who wrote the Deployments. `rollout undo` is another writer,
# whose fields an apply without --force-conflicts may not change. A forwarded port answers as the API does, from the file `api`: the next
# status each time, and of the publications those up to the round that the status is of.
FAKE = textwrap.dedent("""\
    #!/usr/bin/env python3
    import http.server, json, os, pathlib, socketserver, subprocess, sys, urllib.parse
    words = sys.argv[1:]
    line = " ".join(words)
    state = pathlib.Path(os.environ["STATE"])
    if words[0] == "kustomize" or "--dry-run=client" in words:
        sys.exit(subprocess.run([os.environ["REAL"], *words]).returncode)
    applied = open(words[words.index("--filename") + 1]).read() if "--filename" in words else None
    with open(state / "notes", "a") as notes:
        notes.write(json.dumps([line, applied]) + "\\n")
    if os.environ.get("FAIL") and os.environ["FAIL"] in line:
        sys.exit(1)
    if "rollout undo" in line:
        (state / "undone").touch()
    if applied:
        if (state / "undone").exists() and "--force-conflicts" not in words:
            sys.exit('error: Apply failed with 1 conflict: conflict with "kubectl-rollout": .spec.template.spec.containers')
        if "name: pipeline-release" in applied:
            (state / "release").write_text(applied)
    if "get configmap pipeline-release" in line:
        if not (state / "release").exists():
            sys.exit('Error from server (NotFound): configmaps "pipeline-release" not found')
        print((state / "release").read_text().split("manifest: |\\n")[1].split("\\nkind: ")[0].replace("\\n    ", "\\n").strip())
    if "get pods" in line:
        print(json.dumps({"items": [{"status": {"containerStatuses": [{"restartCount": int(os.environ.get("RESTARTS", "0"))}]}}]}))
    if "port-forward" in words:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                api = json.loads((state / "api").read_text())
                url = urllib.parse.urlsplit(self.path)
                asked = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
                body = None
                if url.path == "/api/status":
                    api["round"] += 1
                    (state / "api").write_text(json.dumps(api))
                    body = api["statuses"][min(api["round"], len(api["statuses"])) - 1]
                if url.path == "/api/publications":
                    there = [found for found in api["publications"] if found["round"] <= api["round"]
                             and found["id"] < int(asked.get("before", 10**9)) and asked.get("dataset") in (None, found["dataset"])]
                    body = {"publications": there[::-1][:int(asked["limit"])]}
                self.send_response(200 if body else 404)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())
            def log_message(self, *_):
                pass
        server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        print(f"Forwarding from 127.0.0.1:{server.server_address[1]} -> 8080", flush=True)
        server.serve_forever()
    """)


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in (("kubectl", FAKE), ("sleep", "#!/bin/sh\n")):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)

    def run_script(self, script, *arguments, **environment):
        (self.folder / "notes").unlink(missing_ok=True)
        paths = {"PATH": f"{self.folder}:{os.environ['PATH']}", "REAL": KUBECTL, "STATE": str(self.folder)}
        command = ["bash", str(FOLDER / script), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | paths | environment, timeout=300)
        notes = self.folder / "notes"
        asked = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
        self.assertEqual([], list(FOLDER.glob("overlays/.release-*")))
        return done, asked

    def answer(self, *rounds, statuses=None):
        """What the API says: the publications of each round as (dataset, rows, refused), and one status for each round."""
        publications = [{"round": number, "dataset": dataset, "rows_in": rows, "rejected": rejected}
                        for number, found in enumerate(rounds, start=1) for dataset, rows, rejected in found]
        numbered = [found | {"id": number} for number, found in enumerate(publications, start=1)]
        (self.folder / "api").write_text(json.dumps({"round": 0, "statuses": statuses or [status()], "publications": numbered}))


def status(alerts=0, failed=0):
    return {"alerts_open": alerts, "datasets": [{"publications_failed": failed}, {"publications_failed": 0}]}


def steps(asked):
    """What was asked for, in the words that tell the steps of a roll-out apart."""
    names = ("component=settings", "delete job", "component=migrate", "streams-canary", "orchestration-canary", "wait",
             "component!=migrate", *Deploy.ROLES, "get configmap", "kept")
    return [next((name for name in names if name in line), line) for line, _ in asked if "port-forward" not in line]


def images(manifest):
    return {container["image"] for document in yaml.safe_load_all(manifest) if document["kind"] == "Deployment"
            for container in document["spec"]["template"]["spec"]["containers"]}


class Deploy(Scripts):
    ROLES = ["deployment/pipeline-http", "deployment/pipeline-orchestration", "deployment/pipeline-streams"]
    BEGIN = ["component=settings", "delete job", "component=migrate", "wait"]

    def test_puts_settings_first_then_the_migration_then_all_and_waits_for_each_role(self):
        done, asked = self.run_script("deploy.sh", "eks-production", IMAGE)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual([*self.BEGIN, "component!=migrate", *self.ROLES, "kept"], steps(asked))
        self.assertEqual({IMAGE}, images(asked[4][1]))

    def test_tries_a_canary_of_each_working_role_between_the_migration_and_the_rest(self):
        self.answer([], [("clicks", 8000, 8)])
        done, asked = self.run_script("deploy.sh", "eks-production", IMAGE, "1")
        self.assertEqual(0, done.returncode, done.stderr)
        found = [step for index, step in enumerate(steps(asked)) if step != steps(asked)[index - 1]]
        self.assertEqual([*self.BEGIN, "streams-canary", "orchestration-canary", "component!=migrate", *self.ROLES, "kept"], found)

    def test_replaces_nothing_when_the_migration_or_the_canary_fails(self):
        self.answer([])
        for failing in ("wait --for=condition=complete", "rollout status deployment/pipeline-streams-canary"):
            with self.subTest(failing):
                done, asked = self.run_script("deploy.sh", "eks-production", IMAGE, "1", FAIL=failing)
                self.assertEqual(1, done.returncode)
                self.assertIn("nothing was replaced", done.stderr)
                self.assertFalse({"component!=migrate", "kept"} & set(steps(asked)))

    def test_takes_all_back_to_the_release_before_and_the_next_one_is_not_refused(self):
        first, second, third = (f"registry.example.com/pipeline:{number}" for number in (1, 2, 3))
        self.assertEqual(0, self.run_script("deploy.sh", "eks-production", first)[0].returncode)
        done, asked = self.run_script("deploy.sh", "eks-production", second, FAIL="rollout status deployment/pipeline-orchestration")
        self.assertEqual(1, done.returncode)
        self.assertIn("role orchestration did not become ready", done.stderr)
        self.assertIn("the release before was applied again", done.stderr)
        self.assertEqual([*self.BEGIN, "component!=migrate", *self.ROLES[:2], "get configmap", "component!=migrate"], steps(asked))
        self.assertEqual(({second}, {first}), (images(asked[4][1]), images(asked[-1][1])))
        done, _ = self.run_script("deploy.sh", "eks-production", third)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_says_that_there_is_no_release_to_go_back_to(self):
        done, _ = self.run_script("deploy.sh", "eks-production", IMAGE, FAIL="rollout status deployment/pipeline-http")
        self.assertEqual(1, done.returncode)
        self.assertIn("no release before could be applied again", done.stderr)

    def test_refuses_an_image_without_tag_and_an_overlay_that_is_not_there(self):
        for arguments, words in ((("eks-staging", "pipeline"), "neither tag nor digest"), (("gke", IMAGE), "no overlay 'gke'")):
            done, asked = self.run_script("deploy.sh", *arguments)
            self.assertEqual((1, []), (done.returncode, asked))
            self.assertIn(words, done.stderr)


class Canary(Scripts):
    """A minute of it is three looks, and what sleeps between them is not waited for."""

    GOOD = [("clicks", 1000, 1)], [("clicks", 8000, 8)]

    def judge(self, *rounds, statuses=None, **environment):
        release = self.folder / "release"
        release.mkdir(exist_ok=True)
        overlay = os.path.relpath(FOLDER / "overlays/eks-staging", release.resolve())
        (release / "kustomization.yaml").write_text(json.dumps({
            "resources": [overlay], "images": [{"name": "pipeline", "newName": IMAGE.split("@")[0], "digest": IMAGE.split("@")[1]}]}))
        self.answer(*rounds, statuses=statuses)
        return self.run_script("canary.sh", "streams", str(release), "1", **environment)

    def test_is_one_pod_of_the_release_that_the_roles_own_budget_and_scaling_do_not_count(self):
        done, asked = self.judge(*self.GOOD)
        self.assertEqual(0, done.returncode, done.stderr)
        line, applied = next(each for each in asked if "apply" in each[0])
        label = line.rsplit("--selector ", 1)[1].split("=")
        made, = [document for document in yaml.safe_load_all(applied) if document["metadata"].get("labels", {}).get(label[0]) == label[1]]
        self.assertEqual(("Deployment", "pipeline-streams-canary", 1), (made["kind"], made["metadata"]["name"], made["spec"]["replicas"]))
        self.assertEqual("streams-canary", made["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"])
        self.assertEqual("streams-canary", made["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"])
        container = made["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(IMAGE, container["image"])
        maps = {document["metadata"]["name"] for document in yaml.safe_load_all(applied) if document["kind"] == "ConfigMap"}
        self.assertLessEqual({source["configMapRef"]["name"] for source in container["envFrom"]}, maps, "settings of another release")
        self.assertIn("delete deployment pipeline-streams-canary", asked[-1][0])

    def test_sees_what_was_refused_while_it_worked_whatever_the_history(self):
        history = [("clicks", 10_000_000_000, 1_000_000)]
        for refused, verdict in ((10, 0), (500, 1)):
            with self.subTest(refused):
                done, asked = self.judge(history, [("clicks", 100_000, refused)])
                self.assertEqual(verdict, done.returncode, done.stderr)
                self.assertIn("delete deployment", asked[-1][0])
        self.assertIn("rose while the new image worked", done.stderr)

    def test_compares_with_what_is_usual_lately_not_with_a_bad_day_of_long_ago(self):
        for lately, verdict in ((100, 0), (0, 1)):
            with self.subTest(lately):
                before = [("clicks", 1_000_000, 900_000), *[("clicks", 1000, lately)] * 100, ("clicks", None, None)]
                self.assertEqual(verdict, self.judge(before, [("clicks", 100_000, 10_000), ("clicks", None, None)])[0].returncode)

    def test_a_small_dataset_is_not_hidden_by_a_large_one(self):
        self.assertEqual(1, self.judge([], [("clicks", 2000, 2000), ("user_actions", 10_000_000, 0)])[0].returncode)

    def test_fails_when_alerts_or_failed_publications_rise_or_its_pod_is_restarted(self):
        for after, environment, words in ((status(alerts=1), {}, "rose while"), (status(failed=1), {}, "rose while"),
                                          (status(), {"RESTARTS": "1"}, "was restarted")):
            with self.subTest(words):
                done, asked = self.judge(*self.GOOD, statuses=[status(), after], **environment)
                self.assertEqual(1, done.returncode)
                self.assertIn(words, done.stderr)
                self.assertIn("delete deployment", asked[-1][0])

    def test_waits_once_more_for_rows_and_says_that_it_is_undecided(self):
        done, _ = self.judge([], [("clicks", 10, 10)], [])
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("waiting as long again", done.stdout)
        self.assertIn("undecided", done.stdout)
        self.assertEqual(1, self.judge([], [("clicks", 10, 10)], [("clicks", 8000, 4000)])[0].returncode)

    def test_fails_when_its_pod_does_not_start_or_the_api_does_not_answer(self):
        for failing in ("rollout status deployment/pipeline-streams-canary", "port-forward"):
            with self.subTest(failing):
                done, asked = self.judge(*self.GOOD, FAIL=failing)
                self.assertEqual(1, done.returncode)
                self.assertIn("delete deployment", asked[-1][0])

    def test_reads_what_the_api_answers(self):
        for file, fields in (("Sinks/Ledger/DatasetStatus", ["publications_failed"]), ("App/Http/Status", ["datasets", "alerts_open"]),
                             ("Sinks/Ledger/PublicationList", ["id", "dataset", "rows_in", "rejected"]),
                             ("App/Http/Publications", ["publications"])):
            text = (app.ROOT / f"functions/{file}.cs").read_text()
            for field in fields:
                self.assertIn(f'JsonPropertyName("{field}")', text)


class Ask(Scripts):
    def test_prints_the_answer_by_a_port_forwarded_to_the_service(self):
        self.answer()
        done, asked = self.run_script("ask.sh", "/api/status")
        self.assertEqual(status(), json.loads(done.stdout))
        self.assertIn("port-forward --address 127.0.0.1 service/pipeline :80", asked[0][0])

    def test_fails_with_a_sentence_when_no_port_can_be_forwarded(self):
        done, _ = self.run_script("ask.sh", "/api/status", FAIL="port-forward")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("no port of service/pipeline could be forwarded", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""The DAGs, parsed and looked at without Airflow: their graph, what they ask the API, what they make of its answers."""
import ast
import datetime
import json
import pathlib
import re
import sys
import unittest

import app
import rendered
import schema
import yaml

HERE = pathlib.Path(__file__).parent
DAGS = app.ROOT / "infra/airflow/dags"
sys.path[:0] = [str(HERE / "airflow_stub"), str(DAGS)]
sys.dont_write_bytecode = True

import airflow.providers.http.hooks.http as http  # noqa: E402
import airflow.sdk as sdk  # noqa: E402
import pipeline_api  # noqa: E402

for path in sorted(DAGS.glob("pipeline_*.py")):
    if path.stem != "pipeline_api":
        __import__(path.stem)


class Graphs(unittest.TestCase):
    def test_are_three_each_parsed_and_documented(self):
        self.assertEqual(["pipeline_backfill", "pipeline_daily", "pipeline_verbs"], sorted(sdk.DAGS))
        for name, dag in sdk.DAGS.items():
            ast.parse((DAGS / f"{name}.py").read_text())
            self.assertTrue(dag.options["doc_md"])
            self.assertEqual(1, dag.options["max_active_runs"])

    def test_have_these_edges_and_no_circle(self):
        self.assertEqual({("plan", "start"), ("start", "wait"), ("wait", "gate")}, sdk.DAGS["pipeline_daily"].edges)
        self.assertEqual({("cut", "start"), ("start", "wait")}, sdk.DAGS["pipeline_backfill"].edges)
        self.assertEqual({("validate", "status")}, sdk.DAGS["pipeline_verbs"].edges)
        for dag in sdk.DAGS.values():
            left, edges = set(dag.tasks), set(dag.edges)
            while left:
                first = {task for task in left if not any(end == task and begin in left for begin, end in edges)}
                self.assertTrue(first, f"a circle among {left}")
                left -= first

    def test_map_over_sources_and_give_their_place_back_while_they_wait(self):
        for name in ("pipeline_daily", "pipeline_backfill"):
            tasks = sdk.DAGS[name].tasks
            self.assertTrue(tasks["start"].mapped and tasks["wait"].mapped)
            self.assertEqual(("sensor", "reschedule"), (tasks["wait"].kind, tasks["wait"].options["mode"]))


class Tasks(unittest.TestCase):
    def run_task(self, dag, task, **inputs):
        return sdk.DAGS[dag].tasks[task].function(**inputs)

    def test_the_day_plans_what_each_source_restates(self):
        orders = self.run_task("pipeline_daily", "plan", params={"sources": ["clevertap", "facebook"]},
                               data_interval_end=datetime.datetime(2026, 11, 21, 3, tzinfo=datetime.timezone.utc))
        self.assertEqual([{"source": "clevertap", "first": "2026-11-18", "last": "2026-11-20"},
                          {"source": "facebook", "first": "2026-10-24", "last": "2026-11-20"}], orders)

    def test_lookbacks_are_the_apps(self):
        import pipeline_daily
        folders = {"facebook": "Facebook", "google_ads": "GoogleAds", "clevertap": "CleverTap", "bigquery": "BigQuery",
                   "relational": "Relational"}
        self.assertEqual(set(folders), set(pipeline_daily.LOOKBACK_DAYS))
        for source, folder in folders.items():
            options = (app.ROOT / f"functions/Sources/{folder}/{folder}Options.cs").read_text()
            self.assertEqual(int(re.search(r"LookbackDays \{ get; init; \} = (\d+)", options)[1]), pipeline_daily.LOOKBACK_DAYS[source])

    def test_a_backfill_is_cut_into_days_without_gap_or_overlap_the_latest_first(self):
        windows = self.run_task("pipeline_backfill", "cut", params={
            "source": "facebook", "accounts": None, "first": "2026-01-01", "last": "2026-03-05", "days_at_once": 31})
        days = [datetime.date.fromisoformat(w["first"]) + datetime.timedelta(days=d) for w in windows
                for d in range((datetime.date.fromisoformat(w["last"]) - datetime.date.fromisoformat(w["first"])).days + 1)]
        self.assertEqual(64, len(set(days)))
        self.assertEqual(64, len(days))
        self.assertEqual("2026-03-05", windows[0]["last"])

    def test_a_backfill_asks_the_api_as_it_wants_to_be_asked(self):
        http.ANSWERS[:], http.REQUESTS[:] = [(202, {"id": "abc"})], []
        self.assertEqual("abc", self.run_task("pipeline_backfill", "start", window={
            "source": "facebook", "accounts": ["1"], "first": "2026-01-01", "last": "2026-01-31"}))
        method, path, body, headers = http.REQUESTS[0]
        self.assertEqual(("POST", "/api/backfills", "key-of-pipeline"), (method, path, headers["x-functions-key"]))
        self.assertEqual({"source": "facebook", "accounts": ["1"], "from": "2026-01-01", "to": "2026-01-31"}, json.loads(body))
        names = re.search(r"Names = \[(.*?)\]", (app.ROOT / "functions/App/Http/Backfills.cs").read_text())[1]
        self.assertLessEqual(set(json.loads(body)), set(re.findall(r'"(\w+)"', names)))

    def test_waiting_ends_with_completed_and_fails_with_failed(self):
        http.ANSWERS[:] = [(200, {"status": status, "failure": "the token is dead"}) for status in ("Running", "Completed", "Failed")]
        self.assertFalse(self.run_task("pipeline_daily", "wait", backfill="abc"))
        self.assertTrue(self.run_task("pipeline_daily", "wait", backfill="abc"))
        with self.assertRaisesRegex(RuntimeError, "the token is dead"):
            self.run_task("pipeline_daily", "wait", backfill="abc")

    def test_a_refusal_is_told_in_the_apis_words(self):
        http.ANSWERS[:] = [(400, {"problems": ["'to' is 2026-11-21, a day that is not over"]})]
        with self.assertRaisesRegex(RuntimeError, "answered with 400.*not over"):
            pipeline_api.start_backfill("facebook", "2026-11-21", "2026-11-21")

    def test_the_gate_is_shut_by_failed_unfinished_or_refused_rows(self):
        fit = {"dataset": "ad_performance", "publications_failed": 0, "objects_unfinished": 0, "rows_in": 1000, "rejected": 10}
        http.ANSWERS[:] = [(200, {"datasets": [fit]})]
        self.run_task("pipeline_daily", "gate", params={"max_reject_ratio": 0.01})
        for field, value in (("publications_failed", 1), ("objects_unfinished", 2), ("rejected", 11)):
            http.ANSWERS[:] = [(200, {"datasets": [fit, fit | {field: value}]})]
            with self.subTest(field), self.assertRaisesRegex(RuntimeError, "gate is shut"):
                self.run_task("pipeline_daily", "gate", params={"max_reject_ratio": 0.01})
        read = (app.ROOT / "functions/Sinks/Ledger/DatasetStatus.cs").read_text()
        for field in fit:
            self.assertIn(f'JsonPropertyName("{field}")', read)

    def test_verbs_are_verbs_of_the_command_line(self):
        verbs = {name for text in app.APP.values() for name in re.findall(r'new Command\("(\w+)"', text)}
        for node in sdk.DAGS["pipeline_verbs"].tasks.values():
            self.assertIn(node.options["arguments"][0], verbs)


class Manifests(unittest.TestCase):
    def test_fit_the_definitions(self):
        for document in rendered.objects("airflow"):
            with self.subTest(f"{document['kind']} {document['metadata']['name']}"):
                self.assertEqual([], schema.faults(document))

    def test_have_the_dags_and_the_pod_template(self):
        maps = rendered.config_maps(rendered.objects("airflow"))
        dags = next(data for name, data in maps.items() if name.startswith("airflow-dags"))
        self.assertEqual({path.name for path in DAGS.glob("*.py")}, set(dags))
        pods = next(data for name, data in maps.items() if name.startswith("airflow-pods"))
        self.assertEqual({"verb.yaml", "worker.yaml"}, set(pods))
        for text in pods.values():
            pod = yaml.safe_load(text)
            self.assertEqual([], schema.faults(pod))
            self.assertEqual("base", pod["spec"]["containers"][0]["name"])

    def pods(self):
        """Specs of all pods that run Airflow, by name."""
        documents = rendered.objects("airflow")
        worker = yaml.safe_load(rendered.config_maps(documents)["airflow-pods"]["worker.yaml"])
        servers = rendered.of_kind(documents, "Deployment", "Job")
        return {d["metadata"]["name"]: rendered.pod(d) for d in servers} | {"worker": worker["spec"]}

    def test_mount_each_dag_as_a_file_for_a_whole_configmap_is_a_loop_to_airflow(self):
        dags = {path.name for path in DAGS.glob("*.py")}
        having = set()
        for name, pod in self.pods().items():
            mounts = [m for m in pod["containers"][0].get("volumeMounts", []) if m["mountPath"].startswith("/opt/airflow/dags")]
            for mount in mounts:
                with self.subTest(f"{name}: {mount['mountPath']}"):
                    self.assertEqual(f"/opt/airflow/dags/{mount.get('subPath')}", mount["mountPath"])
            if mounts:
                having.add(name)
                self.assertEqual(dags, {mount["subPath"] for mount in mounts})
        self.assertEqual({"airflow-dag-processor", "airflow-triggerer", "worker"}, having)

    def test_mount_volumes_and_claims_that_exist(self):
        documents = rendered.objects("airflow")
        there = {(d["kind"], d["metadata"]["name"]) for d in documents}
        for name, pod in self.pods().items():
            volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
            self.assertEqual(set(volumes), {mount["name"] for mount in pod["containers"][0].get("volumeMounts", [])}, name)
            for volume in volumes.values():
                kind, wanted = (("ConfigMap", volume["configMap"]["name"]) if "configMap" in volume
                                else ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]))
                self.assertIn((kind, wanted), there)

    def test_run_a_verb_as_the_pipeline_runs_its_own(self):
        verb = yaml.safe_load(rendered.config_maps(rendered.objects("airflow"))["airflow-pods"]["verb.yaml"])["spec"]
        own = rendered.pod(next(d for d in rendered.overlay(rendered.EKS) if d["metadata"]["name"] == "pipeline-status"))
        for name in ("volumes", "securityContext", "serviceAccountName"):
            self.assertEqual(own[name], verb[name])
        for name in ("command", "volumeMounts", "securityContext"):
            self.assertEqual(own["containers"][0][name], verb["containers"][0][name])

    def test_make_the_namespace_before_what_the_page_puts_into_it(self):
        page = (app.ROOT / "infra/README.md").read_text()
        made = page.index("kubectl apply -f infra/airflow/kubernetes/access.yaml")
        self.assertLess(made, page.index("kubectl -n airflow create secret"))
        access = yaml.safe_load_all((app.ROOT / "infra/airflow/kubernetes/access.yaml").read_text())
        self.assertIn(("Namespace", "airflow"), {(d["kind"], d["metadata"]["name"]) for d in access})


if __name__ == "__main__":
    unittest.main()

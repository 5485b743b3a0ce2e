"""What of the modules is bound to the rest: tables to contracts, rights to calls, secrets to entries, alarms to limits and topics."""
import json
import re
import subprocess
import sys
import unittest

import app
import rendered
import schema
import yaml

MODULE = app.ROOT / "infra/terraform/aws"
POSTGRES = app.ROOT / "infra/postgres/roles.sql"
EKS = [name for name in rendered.OVERLAYS if name.startswith("eks")]


class Modules(unittest.TestCase):
    def test_glue_tables_are_made_from_the_contracts_of_today(self):
        script = app.ROOT / "infra/terraform/tables.py"
        made = subprocess.run([sys.executable, "-B", str(script)], capture_output=True, text=True, check=True).stdout
        self.assertEqual(made, (MODULE / "tables.json").read_text(), "run infra/terraform/tables.py --write")

    def test_glue_tables_have_the_folders_of_the_data_dictionary(self):
        """The dictionary is the app's own reading of the contracts."""
        dictionary = (app.ROOT / "functions/datasets/README.md").read_text()
        folders = {path.split("/")[0]: re.findall(r"(\w+)=…", path) for path in re.findall(r"^- lake: `([^`]+)`", dictionary, re.M)}
        tables = json.loads((MODULE / "tables.json").read_text())
        self.assertEqual(folders, {name: [column["name"] for column in table["partitions"]] for name, table in tables.items()})
        for name, table in tables.items():
            with self.subTest(name):
                section = dictionary[dictionary.index(f"## {name}\n"):].split("\n## ")[0]
                said = dict(re.findall(r"^\| `(\w+)`(?: \(folder\))? \| (\w+)", section, re.M))
                words = {"int64": "bigint", "float64": "double", "bool": "boolean", "json": "string"}
                self.assertEqual({column.lower(): words.get(kind, kind) for column, kind in said.items()},
                                 {column["name"]: column["type"].split("(")[0] for part in table.values() for column in part})

    def test_the_environments_values_are_of_variables_that_exist_and_none_is_missing(self):
        for folder in sorted((app.ROOT / "infra/terraform/environments").iterdir()):
            blocks = dict(re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', (folder / "main.tf").read_text(), re.M | re.S))
            asked = {name for name, block in blocks.items() if not re.search(r"^  default ", block, re.M) and "ephemeral" not in block}
            for values in folder.glob("*.tfvars"):
                with self.subTest(f"{folder.name}/{values.name}"):
                    given = set(re.findall(r"^(\w+) +=", values.read_text(), re.M))
                    self.assertLessEqual(given, set(blocks))
                    self.assertLessEqual(asked, given)
                    self.assertRegex(values.read_text(), rf'(?m)^environment += "{values.stem}"$')

    def test_no_role_may_do_everything_or_anything_everywhere(self):
        for file in ("identity.tf", "delivery.tf"):
            text = (MODULE / file).read_text()
            self.assertFalse(re.findall(r'"[a-z0-9]+:\*"', text), file)
            for statement in re.findall(r"actions\s*=\s*\[([^\]]*)\]\s*resources\s*=\s*\[\"\*\"\]", text):
                self.assertEqual('"ecr:GetAuthorizationToken"', statement.strip())

    def test_the_app_may_do_what_its_calls_need(self):
        """The S3 calls of the source, by the right each needs; s3:PutObject covers the parts of an upload."""
        rights = {
            "PutObjectAsync": "s3:PutObject", "GetObjectAsync": "s3:GetObject", "GetObjectMetadataAsync": "s3:GetObject",
            "DeleteObjectAsync": "s3:DeleteObject", "ListObjectsV2Async": "s3:ListBucket", "InitiateMultipartUploadAsync": "s3:PutObject",
            "UploadPartAsync": "s3:PutObject", "CompleteMultipartUploadAsync": "s3:PutObject",
            "AbortMultipartUploadAsync": "s3:AbortMultipartUpload",
            "ListMultipartUploadsAsync": "s3:ListBucketMultipartUploads", "GetLifecycleConfigurationAsync": "s3:GetLifecycleConfiguration",
        }
        source = "\n".join(text for path, text in app.PRODUCT.items() if path.parent.name == "Lake" and "Sinks" in path.parts)
        calls = set(re.findall(r"[Cc]lient\.(\w+Async)\(", source))
        self.assertLessEqual(calls, set(rights), "a call whose right is not listed here")
        granted = set(re.findall(r'"(s3:\w+)"', (MODULE / "identity.tf").read_text()))
        self.assertEqual({rights[call] for call in calls}, granted)

    def test_the_app_may_do_with_each_queue_what_its_calls_need(self):
        """SqsQueue's methods by the actions they say; then who calls which of them, on the queue or on its dead letters."""
        methods = {}
        queue = next(text for path, text in app.PRODUCT.items() if path.name == "SqsQueue.cs")
        for name, body in re.findall(r"^    (?:public|private) .*?(\w+)Async\((.*?)(?=^    (?:public|private) |\Z)", queue, re.M | re.S):
            methods[name] = {action.removesuffix("Batch") for action in re.findall(r'(?:Ask|Batch)Async\(\s*"(\w+)"', body)}
            if "AttributeAsync(" in body and name != "Attribute":
                methods[name].add("GetQueueAttributes")
        self.assertEqual({"ReceiveMessage"}, methods["Receive"])
        self.assertEqual({"SendMessage", "GetQueueAttributes"}, methods["Send"])
        needed = {"Drain": set(), "GiveUp": set()}
        for path, text in app.PRODUCT.items():
            # The doctor asks the same of every queue of the settings, dead letters among them.
            for holder in set(re.findall(r"SqsQueue\??\s+(\w+)[,)]", text)):
                statements = ["GiveUp"] if holder == "deadLetters" else ["Drain", "GiveUp"] if path.name == "SqsChecks.cs" else ["Drain"]
                for method in re.findall(rf"\b{holder}\.(\w+)Async\(", text):
                    for statement in statements:
                        needed[statement] |= methods[method]
        policy = (MODULE / "identity.tf").read_text()
        for statement, actions in needed.items():
            granted = re.search(rf'sid += "{statement}"\s+actions += \[([^\]]*)\]', policy)[1]
            self.assertEqual({f"sqs:{action}" for action in actions}, set(re.findall(r'"(sqs:\w+)"', granted)), statement)

    def test_lag_of_every_topic_that_is_landed_raises_an_alarm(self):
        alarms = dict(re.findall(r'^    ([\w-]+) += \{ group = "([\w-]+)"', (MODULE / "alarms.tf").read_text(), re.M))
        for name in EKS:
            documents = rendered.overlay(name)
            variables = rendered.environment(documents, rendered.pod(next(
                document for document in rendered.of_kind(documents, "Deployment") if document["metadata"]["name"] == "pipeline-streams"
            ))["containers"][0])
            streams = next(document for document in rendered.of_kind(documents, "ScaledObject")
                           if document["metadata"]["name"] == "pipeline-streams")
            asked = [trigger["metadata"] for trigger in streams["spec"]["triggers"] if trigger["type"] == "kafka"]
            self.assertEqual({variables[trigger["topicFromEnv"]]: trigger.get("consumerGroup") or variables[trigger["consumerGroupFromEnv"]]
                              for trigger in asked}, alarms)

    def test_pools_of_all_pods_stay_below_the_role_s_limit_and_the_alarm_comes_first(self):
        readme = " ".join((app.ROOT / "infra/README.md").read_text().split())
        ledger, host = (int(re.search(rf"`{name}`[^|]*?Maximum Pool Size=(\d+)", readme)[1])
                        for name in ("Ledger__ConnectionString", "LocalHost__Postgres"))
        # The host has a pool for its own state, one for orchestrations, and a session outside them for leases.
        a_pod = ledger + 2 * host + 1
        limit = self.limit()
        alarm = int(re.search(r'"DatabaseConnections".* threshold += (\d+)', (MODULE / "alarms.tf").read_text())[1])
        for name in EKS:
            documents = rendered.overlay(name)
            pods = sum(document["spec"]["maxReplicaCount"] for document in rendered.of_kind(documents, "ScaledObject"))
            deployments = rendered.of_kind(documents, "Deployment")
            rolled = sum(document["spec"]["strategy"]["rollingUpdate"]["maxSurge"] for document in deployments)
            jobs = len(rendered.of_kind(documents, "Job", "CronJob"))
            most = (pods + rolled) * a_pod + jobs * ledger
            self.assertLess(most, limit)
            self.assertIn(f"{pods + rolled} pods with {a_pod} each and {jobs} jobs with {ledger} are {most}", readme)
        self.assertLessEqual(alarm, 0.8 * limit)

    def test_databases_take_more_connections_than_the_role_may_open(self):
        """RDS takes one for each 9,531,392 bytes of memory (DBInstanceClassMemory), of which its own programs use a part."""
        gib = {"db.t4g.medium": 4, "db.t4g.large": 8, "db.r7g.large": 16}
        text = (MODULE / "variables.tf").read_text() + (app.ROOT / "infra/terraform/environments/aws/main.tf").read_text()
        classes = re.findall(r'instance_class += (?:optional\(string, )?"(db\.[\w.]+)"', text)
        self.assertEqual(2, len(classes))
        for name in classes:
            with self.subTest(name):
                self.assertLess(self.limit(), 0.9 * gib[name] * 2 ** 30 / 9531392)
                self.assertIn(f"`{name}`", (app.ROOT / "infra/README.md").read_text())

    def limit(self):
        return int(re.search(r"pipeline_app LOGIN .* CONNECTION LIMIT (\d+)", POSTGRES.read_text())[1])

    def test_the_workflow_may_do_in_the_cluster_what_its_scripts_do(self):
        role, binding = yaml.safe_load_all((app.ROOT / "infra/kubernetes/delivery.yaml").read_text())
        for document in (role, binding):
            self.assertEqual([], schema.faults(document))
        self.assertIn(f'kubernetes_groups = ["{binding["subjects"][0]["name"]}"]', (MODULE / "delivery.tf").read_text())
        may = {(group, resource, verb) for rule in role["rules"] for group in rule["apiGroups"]
               for resource in rule["resources"] for verb in rule["verbs"]}
        for name in EKS:
            for document in rendered.overlay(name):
                group = document["apiVersion"].split("/")[0] if "/" in document["apiVersion"] else ""
                kind = document["kind"].lower()
                plural = kind[:-1] + "ies" if kind.endswith("y") else kind + "s"
                # The namespace is made before; a Role cannot make one.
                for verb in ("get", "patch") if kind == "namespace" else ("get", "create", "patch"):
                    self.assertIn((group, plural, verb), may)
        scripts = "".join((app.ROOT / "infra/kubernetes" / name).read_text() for name in ("deploy.sh", "canary.sh", "ask.sh"))
        for words, right in ((" delete job", ("batch", "jobs", "delete")), (" delete deployment", ("apps", "deployments", "delete")),
                             (" wait ", ("batch", "jobs", "watch")), (" logs ", ("", "pods/log", "get")),
                             (" get pods", ("", "pods", "list")), (" rollout status ", ("apps", "deployments", "watch")),
                             (" port-forward ", ("", "pods/portforward", "create"))):
            if words in scripts:
                self.assertIn(right, may)
        self.assertFalse({resource for _, resource, _ in may} & {"secrets", "pods/exec", "roles", "rolebindings"})

    def test_secrets_and_prefixes_are_those_the_manifests_name(self):
        text = (MODULE / "identity.tf").read_text()
        entries = {entry["remoteRef"]["key"] if "remoteRef" in entry else entry["extract"]["key"]
                   for document in rendered.of_kind(rendered.overlay(EKS[0]), "ExternalSecret")
                   for entry in [*document["spec"].get("data", []), *document["spec"].get("dataFrom", [])]}
        self.assertEqual(entries, set(re.findall(r'"(pipeline-\w+)"', re.search(r"secret_names = \[([^\]]*)\]", text)[1])))
        maps = rendered.config_maps(rendered.overlay(EKS[0]))
        settings = next(data for name, data in maps.items() if name.startswith("pipeline-settings"))
        prefixes = {settings[f"{store}__Root"].rsplit("/", 1)[1] for store in ("Lake", "Segments", "Quarantine")}
        self.assertEqual(prefixes, set(re.findall(r'"(\w+)"', re.search(r"for prefix in \[([^\]]*)\]", text)[1])))


if __name__ == "__main__":
    unittest.main()

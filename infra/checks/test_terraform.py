"""What of the modules is bound to the rest: tables to contracts, rights to calls, secrets to entries, prefixes to stores."""
import re
import unittest

import app
import rendered
import yaml

MODULE = app.ROOT / "infra/terraform/aws"


class Modules(unittest.TestCase):
    def test_glue_tables_have_the_columns_of_the_contract(self):
        text = (MODULE / "variables.tf").read_text()
        table = text[text.index("user_actions = {\n      columns"):]
        columns, partitions = (re.findall(r'name = "(\w+)", type = "(\w+)"', part) for part in table.split("partitions = [")[:2])
        contract = yaml.safe_load((app.ROOT / "functions/datasets/user_actions.yaml").read_text())
        by = contract["lake"]["partition_by"]
        types = {"timestamp": "timestamp", "string": "string", "date": "date"}
        all_columns = [(column["name"].lower(), types[column["type"]]) for column in contract["columns"]]
        self.assertEqual([column for column in all_columns if column[0] not in by], columns)
        self.assertEqual([(name, dict(all_columns)[name]) for name in by], partitions)

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
            "AbortMultipartUploadAsync": "s3:AbortMultipartUpload", "ListPartsAsync": "s3:ListMultipartUploadParts",
            "ListMultipartUploadsAsync": "s3:ListBucketMultipartUploads", "GetLifecycleConfigurationAsync": "s3:GetLifecycleConfiguration",
        }
        source = "\n".join(text for path, text in app.PRODUCT.items() if path.parent.name == "Lake" and "Sinks" in path.parts)
        calls = set(re.findall(r"[Cc]lient\.(\w+Async)\(", source))
        self.assertLessEqual(calls, set(rights), "a call whose right is not listed here")
        granted = set(re.findall(r'"(s3:\w+)"', (MODULE / "identity.tf").read_text()))
        self.assertEqual({rights[call] for call in calls}, granted)

    def test_secrets_and_prefixes_are_those_the_manifests_name(self):
        text = (MODULE / "identity.tf").read_text()
        entries = {entry["remoteRef"]["key"] if "remoteRef" in entry else entry["extract"]["key"]
                   for document in rendered.of_kind(rendered.overlay("eks-production"), "ExternalSecret")
                   for entry in [*document["spec"].get("data", []), *document["spec"].get("dataFrom", [])]}
        self.assertEqual(entries, set(re.findall(r'"(pipeline-\w+)"', re.search(r"secret_names = \[([^\]]*)\]", text)[1])))
        maps = rendered.config_maps(rendered.overlay("eks-production"))
        settings = next(data for name, data in maps.items() if name.startswith("pipeline-settings"))
        prefixes = {settings[f"{store}__Root"].rsplit("/", 1)[1] for store in ("Lake", "Segments", "Quarantine")}
        self.assertEqual(prefixes, set(re.findall(r'"(\w+)"', re.search(r"for prefix in \[([^\]]*)\]", text)[1])))


if __name__ == "__main__":
    unittest.main()

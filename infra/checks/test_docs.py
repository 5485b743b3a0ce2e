"""The pages say what is so: links lead somewhere, figures are those of the tables, settings and alerts have the names the source has."""
import re
import subprocess
import sys
import unittest

import app
import rendered

PAGES = [app.ROOT / "infra/README.md", app.ROOT / "docs/runbooks/restore-the-ledger.md"]


class Pages(unittest.TestCase):
    def test_link_to_what_is_there(self):
        for page in PAGES:
            text = page.read_text()
            heads = {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.M)}
            for link in re.findall(r"\]\(([^)]+)\)", text):
                with self.subTest(f"{page.name}: {link}"):
                    if link.startswith("#"):
                        self.assertIn(link[1:], heads)
                    elif not link.startswith("http"):
                        self.assertTrue((page.parent / link.split("#")[0]).exists())

    def test_name_files_that_are_there(self):
        for page in PAGES:
            for path in set(re.findall(r"\binfra/[\w/.-]+\.\w+", page.read_text())):
                with self.subTest(f"{page.name}: {path}"):
                    self.assertTrue((app.ROOT / path).exists())

    def test_have_the_costs_of_the_table(self):
        costs = app.ROOT / "infra/costs"
        made = subprocess.run([sys.executable, "-B", str(costs / "costs.py")], capture_output=True, text=True, check=True).stdout
        self.assertEqual(made, (costs / "results.md").read_text(), "run infra/costs/costs.py --write")
        usual = made.split("## ten times")[0]
        readme = " ".join(PAGES[0].read_text().split())
        for row, words in (("**all**", "**${} a day for 500 GiB**"), ("Firehose, from MSK", "${} by Firehose from MSK"),
                           ("Firehose, put directly", "${} by Firehose put directly"), ("Glue streaming", "${} by Glue streaming")):
            figure = re.search(rf"^\| {re.escape(row)} .*?\| \**([\d.]+)\** \|", usual, re.M)[1]
            said = words.format(round(float(figure)))
            self.assertTrue(said in readme, f"the page does not say '{said}'")

    def test_name_alerts_and_columns_as_the_source_does(self):
        runbook = PAGES[1].read_text()
        source = "\n".join(app.SOURCES.values())
        for code in re.findall(r"`(object_\w+)`", runbook):
            self.assertIn(f'"{code}"', source)
        tables = "\n".join(path.read_text() for path in (app.ROOT / "functions/Sinks/Ledger/Migrations").glob("*.sql"))
        for table in set(re.findall(r"(?<!module\.)pipeline\.(\w+)", runbook)) - {"example"}:
            self.assertIn(f"pipeline.{table}", tables)
        for column in ("epoch", "next_position", "landed_at", "committed_at"):
            self.assertIn(column, tables)

    def test_wait_for_the_pods_of_the_roles_and_for_no_pod_that_stays(self):
        """A label that Jobs have as well is waited for until the time is up: their pods stay when they have ended."""
        key, roles = re.search(r"wait --for=delete pod -l '(\S+) in \(([^)]*)\)'", PAGES[1].read_text()).groups()
        for overlay in rendered.OVERLAYS:
            for document in rendered.of_kind(rendered.overlay(overlay), "Deployment", "Job", "CronJob"):
                spec = document["spec"].get("jobTemplate", document)["spec"]
                chosen = spec["template"]["metadata"]["labels"].get(key) in roles.split(", ")
                with self.subTest(f"{overlay}: {document['metadata']['name']}"):
                    self.assertEqual(document["kind"] == "Deployment", chosen)

    def test_restore_an_instance_with_what_terraform_gives_it_and_hand_it_over_to_terraform(self):
        runbook = PAGES[1].read_text()
        command = re.search(r"aws rds restore-db-instance-to-point-in-time .*?(?<!\\)\n", runbook, re.S)[0]
        module = (app.ROOT / "infra/terraform/aws/database.tf").read_text()
        instance = re.search(r'resource "aws_db_instance" "(\w+)" \{(.*?)\n\}', module, re.S)
        # What RDS sets to its own defaults when it restores; the rest comes with the backup, or by the apply that follows.
        for argument, option in (("db_subnet_group_name", "--db-subnet-group-name"), ("parameter_group_name", "--db-parameter-group-name"),
                                 ("vpc_security_group_ids", "--vpc-security-group-ids"), ("multi_az", "--multi-az"),
                                 ("publicly_accessible", "--no-publicly-accessible"), ("deletion_protection", "--deletion-protection")):
            self.assertRegex(instance[2], rf"\n  {argument} +=")
            self.assertRegex(command, rf"{option}\b")
        address = f"module.pipeline.aws_db_instance.{instance[1]}"
        self.assertIn('module "pipeline"', (app.ROOT / "infra/terraform/environments/aws/main.tf").read_text())
        for verb in ("state rm", "import -var-file=production.tfvars"):
            self.assertIn(f"{verb} {address}", runbook)

    def test_have_a_command_for_every_record_that_is_sent_again(self):
        runbook = PAGES[1].read_text()
        verb = next(text for path, text in app.APP.items() if path.name == "SegmentCatVerb.cs")
        options = re.search(r'segment cat "\$segment" (.*?) <', runbook)[1]
        # Made of the program's verbs; a test of the program keeps it current.
        known = re.search(r"### pipeline segment cat .*?(?=\n###)", (app.ROOT / "docs/command-line.md").read_text(), re.S)[0]
        for option in re.findall(r"--\w+", options):
            self.assertIn(f"`{option}`", known)
        self.assertIn('JsonPropertyName("value")', verb)
        self.assertIn("aws sqs send-message-batch", runbook)

    def test_let_brokers_copy_before_anybody_else_has_rights_on_the_cluster(self):
        """And no client but through the port where it signs in, so that what brokers may do is theirs alone."""
        given = re.findall(r"kafka acls --add --cluster --allow-principal User:(\w+)", PAGES[0].read_text())
        self.assertEqual(["ANONYMOUS", "admin"], given)
        brokers = (app.ROOT / "infra/terraform/aws/kafka.tf").read_text()
        self.assertEqual({"9096"}, set(re.findall(r"(?:from|to)_port += (\d+)", brokers)))
        self.assertNotIn("unauthenticated", brokers)

    def test_call_the_api_with_the_key_of_the_secret_that_has_it(self):
        page = PAGES[0].read_text()
        called = re.findall(r'"x-functions-key: (\$[^"]*)"', page)
        self.assertEqual(1, len(called))
        entry, member = re.search(r"--secret-id example-pipeline/([\w-]+) .*\| jq -r \.(\w+)\)$", called[0], re.S).groups()
        self.assertIn(f"`{member}`", re.search(rf"^   \| `{entry}` .*$", page, re.M)[0])

    def test_count_the_test_runs_of_terraform(self):
        runs = sum(len(re.findall(r'^run "', path.read_text(), re.M)) for path in (app.ROOT / "infra/terraform").rglob("*.tftest.hcl"))
        self.assertIn(f"{runs} test runs", PAGES[0].read_text())


if __name__ == "__main__":
    unittest.main()

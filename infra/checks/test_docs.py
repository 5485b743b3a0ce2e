"""The pages say what is so: links lead somewhere, figures are those of the tables, settings and alerts have the names the source has."""
import re
import subprocess
import sys
import unittest

import app

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
        for table in set(re.findall(r"pipeline\.(\w+)", runbook)) - {"example"}:
            self.assertIn(f"pipeline.{table}", tables)
        for column in ("epoch", "next_position", "landed_at", "committed_at"):
            self.assertIn(column, tables)

    def test_count_the_test_runs_of_terraform(self):
        runs = sum(len(re.findall(r'^run "', path.read_text(), re.M)) for path in (app.ROOT / "infra/terraform").rglob("*.tftest.hcl"))
        self.assertIn(f"{runs} test runs", PAGES[0].read_text())


if __name__ == "__main__":
    unittest.main()

"""The simulation's table is of the manifests as they are, and shows what the numbers were chosen for."""
import sys
import unittest

import app

FOLDER = app.ROOT / "infra/kubernetes/simulation"
sys.path.insert(0, str(FOLDER))
import simulate  # noqa: E402


class Simulation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.streams = simulate.Scaling.read("scaling-streams.yaml", simulate.deployed_threshold())
        cls.orchestration = simulate.Scaling.read("scaling-orchestration.yaml", 1)
        cls.usual = simulate.day(500 * simulate.GIB, cls.streams, cls.orchestration)
        cls.tenfold = simulate.day(5000 * simulate.GIB, cls.streams, cls.orchestration)

    def test_results_are_current(self):
        self.assertEqual(simulate.report(), (FOLDER / "results.md").read_text(), "run infra/kubernetes/simulation/simulate.py --write")

    def test_a_usual_day_is_landed_within_a_minute_by_few_pods_that_stay(self):
        self.assertLess(self.usual["worst"], 60)
        self.assertLess(self.usual["land_hours"], 30)
        self.assertLess(self.usual["land_changes"], 20)

    def test_ten_times_as_much_keeps_up(self):
        self.assertLess(self.tenfold["p99"], 60)
        self.assertLess(self.tenfold["left"], 60)

    def test_a_pod_too_few_is_seen(self):
        few = simulate.Scaling(**{**self.streams.__dict__, "most": 4})
        self.assertGreater(simulate.day(5000 * simulate.GIB, few, self.orchestration)["left"], 600)

    def test_the_words_beside_the_numbers_are_true(self):
        manifest = (simulate.BASE / "scaling-streams.yaml").read_text()
        page = (app.ROOT / "infra/README.md").read_text()
        lands_in = round(self.streams.threshold * simulate.EVENT_BYTES / simulate.LAND)
        self.assertIn(f"lagThreshold is what one pod lands in {lands_in} s", manifest)
        self.assertIn(f"records is what one pod lands in {lands_in} s", page)
        peak = self.usual["land_most"]
        self.assertIn(f"    replicas: {peak}\n", manifest)
        words = {3: "three", 4: "four", 5: "five", 6: "six"}
        self.assertIn(f"leave {words[peak]} pods", page)

    def test_an_idle_topic_scales_to_zero_and_wakes_within_a_minute(self):
        worst, hours = simulate.wake(self.streams, 3600, 1000)
        self.assertLess(worst, 60)
        self.assertLess(hours, 6)


if __name__ == "__main__":
    unittest.main()

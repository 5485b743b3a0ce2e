#!/usr/bin/env python3
"""A day of arrivals against the ScaledObjects of base/: what backlog, how many pods, how many pod-hours.

    infra/kubernetes/simulation/simulate.py            prints results.md
    infra/kubernetes/simulation/simulate.py --write    writes it

The thresholds are read from the manifests, so the table is of what is deployed. What is modelled: KEDA's polling, the autoscaler's
formula with its tolerance, its policies and stabilization windows, cool-down to zero, a pod's start, and the pause of a consumer group at
each change of its members. What is not: a topic-partition that gets more than its share, nodes that must be started first.
"""
import math
import pathlib
import re
import sys
from collections import deque
from dataclasses import dataclass, field

BASE = pathlib.Path(__file__).parent.parent / "base"
DAY = 86_400
STEP = 5
GIB = 1024 ** 3
EVENT_BYTES = 188        # the generated user actions of tests/Bench: 375.8 MB / 2,000,000
START_SECONDS = 30       # scheduled, image there, started, ready
REBALANCE_SECONDS = 6    # nobody of the group lands; 3 s is the first join, later ones take the session's time at worst
SYNC_SECONDS = 15        # the autoscaler's own period
TOLERANCE = 0.1
COMMIT_SECONDS = 6       # a batch gathers for 5 s at most, and its offsets are committed every second; until then it counts as lag

# Bytes a second of one pod. Landing is measured as it is deployed (tests/Bench/run.sh pod): one processor, S3 60 ms away, PostgreSQL 1 ms.
# Publishing is CPU: 200 MB/s of a core measured, two activities a pod, halved for S3.
LAND = 17.3e6
PUBLISH = 200e6


@dataclass
class Scaling:
    """One ScaledObject's numbers."""
    threshold: float
    most: int
    polling: int
    cooldown: int
    up_pods: int
    up_percent: int
    up_period: int
    up_window: int
    down_period: int
    down_window: int

    @staticmethod
    def read(file, threshold):
        text = (BASE / file).read_text()

        def number(pattern):
            return int(re.search(pattern, text)[1])
        up, down = text[text.index("scaleUp:"):text.index("scaleDown:")], text[text.index("scaleDown:"):text.index("triggers:")]
        policy = re.compile(r"type: (\w+), value: (\d+), periodSeconds: (\d+)")
        ups = {kind: int(value) for kind, value, _ in policy.findall(up)}
        window = re.compile(r"stabilizationWindowSeconds: (\d+)")
        return Scaling(
            threshold, number(r"maxReplicaCount: (\d+)"), number(r"pollingInterval: (\d+)"), number(r"cooldownPeriod: (\d+)"),
            ups.get("Pods", 0), ups.get("Percent", 0), int(policy.findall(up)[0][2]), int(window.search(up)[1]),
            int(policy.findall(down)[0][2]), int(window.search(down)[1]))


@dataclass
class Group:
    """The pods of one role and what decides their number."""
    scaling: Scaling
    grouped: bool
    replicas: int = 0
    ready: deque = field(default_factory=deque)      # when each pod began or will begin to work
    metric: float = 0
    active_at: float = -math.inf
    wanted: deque = field(default_factory=deque)     # (time, recommendation)
    up_at: float = -math.inf
    down_at: float = -math.inf
    paused_until: float = 0
    pod_seconds: float = 0
    most: int = 0
    changes: int = 0

    def step(self, now, metric):
        if now % self.scaling.polling == 0:
            self.metric = metric
            if metric > 0:
                self.active_at = now
            if self.replicas == 0 and metric > 0:
                self.set(1, now)
            elif self.replicas > 0 and metric == 0 and now - self.active_at >= self.scaling.cooldown:
                self.set(0, now)
        if self.replicas > 0 and now % SYNC_SECONDS == 0:
            self.autoscale(now)
        self.pod_seconds += self.replicas * STEP
        self.most = max(self.most, self.replicas)

    def autoscale(self, now):
        s = self.scaling
        usage = self.metric / s.threshold / self.replicas
        wanted = self.replicas if abs(usage - 1) <= TOLERANCE else math.ceil(self.metric / s.threshold)
        self.wanted.append((now, max(1, min(s.most, wanted))))
        while self.wanted[0][0] < now - max(s.down_window, s.up_window):
            self.wanted.popleft()
        floor = max(want for at, want in self.wanted if at >= now - s.down_window)
        ceiling = min(want for at, want in self.wanted if at >= now - s.up_window)
        if ceiling > self.replicas and now - self.up_at >= s.up_period:
            self.set(min(ceiling, self.replicas + max(s.up_pods, math.ceil(self.replicas * s.up_percent / 100))), now)
            self.up_at = now
        elif floor < self.replicas and now - self.down_at >= s.down_period:
            self.set(self.replicas - 1, now)
            self.down_at = now

    def set(self, replicas, now):
        for _ in range(replicas - self.replicas):
            self.ready.append(now + START_SECONDS)
        for _ in range(self.replicas - replicas):
            self.ready.pop()
        self.replicas = replicas
        self.changes += 1
        if self.grouped:
            self.paused_until = now + (START_SECONDS if replicas > 1 else 0) + REBALANCE_SECONDS

    def working(self, now):
        # A group stops while its members change: for the time of the rebalance, once the new pod joins.
        if self.grouped and self.paused_until - REBALANCE_SECONDS <= now < self.paused_until:
            return 0
        return sum(at <= now for at in self.ready)


def shape(now):
    """Load against the mean: a night, a day, an evening peak, and a campaign that brings four times the mean for ten minutes."""
    hour = now / 3600
    curve = 1 + 0.65 * math.cos((hour - 20) / 24 * 2 * math.pi) + 0.25 * math.cos((hour - 20) / 12 * 2 * math.pi)
    return curve + (4 if 18 * 3600 <= now < 18 * 3600 + 600 else 0)


MEAN_SHAPE = sum(shape(now) for now in range(0, DAY, STEP)) / (DAY / STEP)


def day(bytes_a_day, streams, orchestration, land=LAND, parallel=8):
    """Runs a day twice, so that it begins as it ends, and returns the second day's figures."""
    lands, publishes = Group(streams, True), Group(orchestration, False)
    lag, landed, oldest, delays, backlogs = 0.0, 0.0, None, [], []
    for now in range(0, 2 * DAY, STEP):
        if now == DAY:
            for group in (lands, publishes):
                group.pod_seconds, group.most, group.changes = 0, group.replicas, 0
            delays, backlogs = [], []
        rate = bytes_a_day / DAY * shape(now % DAY) / MEAN_SHAPE
        lag += rate * STEP
        done = min(lag, lands.working(now) * land * STEP)
        lag -= done
        landed += done
        oldest = now if oldest is None and landed > 0 else oldest
        # PublishDue: enough bytes, or old enough; a pod runs two publications, so MaxParallel 8 keeps four busy.
        if landed >= 256 * 1024 * 1024 or (oldest is not None and now - oldest >= 300):
            landed -= min(landed, min(publishes.working(now), parallel / 2) * PUBLISH * STEP)
            oldest = None if landed <= 0 else oldest
        lands.step(now, (lag + done / STEP * COMMIT_SECONDS) / EVENT_BYTES)
        publishes.step(now, landed / GIB)
        delays.append(lag / rate)
        backlogs.append(landed)
    delays.sort()
    return {
        "p50": delays[len(delays) // 2], "p99": delays[int(len(delays) * 0.99)], "worst": delays[-1], "land_most": lands.most,
        "land_hours": lands.pod_seconds / 3600, "land_changes": lands.changes, "backlog": max(backlogs) / GIB,
        "publish_most": publishes.most, "publish_hours": publishes.pod_seconds / 3600, "left": lag / rate,
    }


def wake(streams, gap, records):
    """A quiet topic: so many records every `gap` seconds. Returns the longest time until they are landed and the pod-hours of a day."""
    group, lag, since, worst = Group(streams, True), 0.0, None, 0
    for now in range(0, DAY, STEP):
        if now % gap == 0:
            lag += records * EVENT_BYTES
            since = now if since is None else since
        lag -= min(lag, group.working(now) * LAND * STEP)
        if lag == 0 and since is not None:
            worst, since = max(worst, now - since), None
        group.step(now, lag / EVENT_BYTES)
    return worst, group.pod_seconds / 3600


def deployed_threshold():
    """The lag that asks for one more pod, of the topic with the most records."""
    return int(re.search(r'lagThreshold: "(\d+)"', (BASE / "scaling-streams.yaml").read_text())[1])


def report():
    threshold = deployed_threshold()
    streams = Scaling.read("scaling-streams.yaml", threshold)
    orchestration = Scaling.read("scaling-orchestration.yaml", 1)
    gib = 500 * GIB

    def changed(**facts):
        return Scaling(**{**streams.__dict__, **facts})
    head = ["| | delay of landing: half, 99 %, worst | pods landing at most | pod-hours | changes | backlog to publish at most "
            "| pods publishing, pod-hours |", "|---|---|---|---|---|---|---|"]

    def row(name, found):
        fallen = " (does not keep up)" if found["left"] > 600 else ""
        return (f"| {name} | {found['p50']:.0f} s, {found['p99']:.0f} s, {found['worst']:.0f} s{fallen} | {found['land_most']} "
                f"| {found['land_hours']:.0f} | {found['land_changes']} | {found['backlog']:.1f} GiB "
                f"| {found['publish_most']}, {found['publish_hours']:.0f} |")
    numbers = f"at most {streams.most} pods, polling {streams.polling} s, down one pod in {streams.down_period} s"
    lines = [
        "# Scaling, simulated", "",
        "Written by `simulate.py --write`; the check holds that it is current. A day has a night (0.6 of the mean), an evening peak (1.9)",
        "and a campaign of ten minutes at six times the mean. Events have 188 bytes. *Delay* is how long a record waits in Kafka at that",
        "moment.", "",
        f"## As deployed: lagThreshold {threshold:,}, {numbers}", "", *head,
        row("500 GiB a day (33,000 records/s)", day(gib, streams, orchestration)),
        row("ten times", day(10 * gib, streams, orchestration)),
        row("a hundred times, with 256 and 32 pods allowed, MaxParallel 64",
            day(100 * gib, changed(most=256), Scaling(**{**orchestration.__dict__, "most": 32}), parallel=64)),
        "", "## If a pod lands slower than measured (17.3 MB/s)", "", *head,
        row("500 GiB, half", day(gib, streams, orchestration, LAND / 2)),
        row("500 GiB, a tenth", day(gib, streams, orchestration, LAND / 10)),
        row("ten times, half", day(10 * gib, streams, orchestration, LAND / 2)),
        "", "## Why these numbers: ten times 500 GiB, one changed", "", *head,
        row("as deployed", day(10 * gib, streams, orchestration)),
        row("lagThreshold a quarter", day(10 * gib, changed(threshold=threshold / 4), orchestration)),
        row("lagThreshold four times", day(10 * gib, changed(threshold=threshold * 4), orchestration)),
        row("polling every 60 s", day(10 * gib, changed(polling=60), orchestration)),
        row("no stabilization on the way down", day(10 * gib, changed(down_window=0, down_period=15), orchestration)),
        row("one pod at a time on the way up", day(10 * gib, changed(up_pods=1, up_percent=0), orchestration)),
        "", "## A quiet topic wakes the role", "",
        "| 1,000 records | landed after at most | pod-hours a day |", "|---|---|---|",
    ]
    for gap, name in ((3600, "every hour"), (300, "every five minutes")):
        worst, hours = wake(streams, gap, 1000)
        lines.append(f"| {name} | {worst} s | {hours:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        (pathlib.Path(__file__).parent / "results.md").write_text(report())
    else:
        print(report(), end="")

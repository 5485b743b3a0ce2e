"""Extracts days of the past anew, month by month, the latest first. Started by hand with its parameters."""
from __future__ import annotations

import datetime

from airflow.sdk import Param, dag, task


@dag(
    dag_id="pipeline_backfill",
    schedule=None,
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": datetime.timedelta(minutes=5)},
    params={
        "source": Param("facebook", type="string", enum=["bigquery", "clevertap", "facebook", "google_ads", "relational"]),
        "accounts": Param(None, type=["null", "array"], items={"type": "string"}, description="None for all of the source's."),
        "first": Param("2026-01-01", type="string", format="date"),
        "last": Param("2026-01-31", type="string", format="date"),
        "days_at_once": Param(31, type="integer", minimum=1, maximum=366),
    },
    tags=["pipeline"],
    doc_md=__doc__,
)
def pipeline_backfill():
    @task
    def cut(params: dict) -> list[dict]:
        """Windows of whole days, none overlapping, the latest first."""
        first, last = (datetime.date.fromisoformat(params[name]) for name in ("first", "last"))
        if first > last:
            raise ValueError(f"first ({first}) is after last ({last})")
        windows = []
        while last >= first:
            begin = max(first, last - datetime.timedelta(days=params["days_at_once"] - 1))
            windows.append({"source": params["source"], "accounts": params["accounts"], "first": str(begin), "last": str(last)})
            last = begin - datetime.timedelta(days=1)
        return windows

    # One window after the other: the budget of an account is shared with the daily run.
    @task(max_active_tis_per_dagrun=1)
    def start(window: dict) -> str:
        import pipeline_api

        return pipeline_api.start_backfill(window["source"], window["first"], window["last"], window["accounts"])

    @task.sensor(poke_interval=120, timeout=24 * 3600, mode="reschedule")
    def wait(backfill: str) -> bool:
        import pipeline_api

        return pipeline_api.has_ended(backfill)

    wait.expand(backfill=start.expand(window=cut()))


pipeline_backfill()

"""Drives the pipeline's daily extraction by its HTTP API, for those who run their day from Airflow.

Airflow decides when; the pipeline extracts, lands and publishes, each row once, and a repeated task repeats no row. Set ExtractSchedule
to a date that never comes ("0 0 0 31 2 *") when this DAG takes its place.
"""
from __future__ import annotations

import datetime

from airflow.sdk import Param, dag, task

# Days asked for again, because providers restate them: the pipeline's own defaults.
LOOKBACK_DAYS = {"facebook": 28, "google_ads": 30, "clevertap": 3, "bigquery": 3, "relational": 7}
DAILY = ["clevertap", "facebook", "google_ads"]  # sources that have accounts in the settings


@dag(
    dag_id="pipeline_daily",
    schedule="0 3 * * *",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": datetime.timedelta(minutes=5), "retry_exponential_backoff": True},
    params={
        "sources": Param(DAILY, type="array", items={"type": "string", "enum": sorted(LOOKBACK_DAYS)}, uniqueItems=True),
        "max_reject_ratio": Param(0.01, type="number", minimum=0, maximum=1),
    },
    tags=["pipeline"],
    doc_md=__doc__,
)
def pipeline_daily():
    @task
    def plan(params: dict, data_interval_end: datetime.datetime) -> list[dict]:
        """One order for each source: the last complete days, as many as it restates."""
        last = data_interval_end.date() - datetime.timedelta(days=1)
        return [
            {"source": source, "first": str(last - datetime.timedelta(days=LOOKBACK_DAYS[source] - 1)), "last": str(last)}
            for source in params["sources"]
        ]

    @task
    def start(order: dict) -> str:
        import pipeline_api

        return pipeline_api.start_backfill(order["source"], order["first"], order["last"])

    # A place in the queue between two looks, not a worker that sleeps.
    @task.sensor(poke_interval=60, timeout=6 * 3600, mode="reschedule")
    def wait(backfill: str) -> bool:
        import pipeline_api

        return pipeline_api.has_ended(backfill)

    @task(retries=0)
    def gate(params: dict) -> None:
        """Stops what stands after it when a dataset is not fit to be read."""
        import pipeline_api

        status = pipeline_api.call("GET", "/api/status")
        faults = [fault for dataset in status["datasets"] for fault in pipeline_api.faults_of(dataset, params["max_reject_ratio"])]
        if faults:
            raise RuntimeError("The quality gate is shut:\n" + "\n".join(faults))

    wait.expand(backfill=start.expand(order=plan())) >> gate()


pipeline_daily()

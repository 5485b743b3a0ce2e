"""Runs verbs of the pipeline's own image in pods: the contracts are checked, then the state is written down."""
from __future__ import annotations

import datetime

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import dag

POD = "/opt/airflow/pods/verb.yaml"


def verb(name: str, *arguments: str) -> KubernetesPodOperator:
    """`pipeline NAME ARGUMENTS…` with the settings and secrets that the app has; its output is the task's log."""
    return KubernetesPodOperator(
        task_id=name,
        namespace="pipeline",
        pod_template_file=POD,
        arguments=[name, *arguments],
        in_cluster=True,
        get_logs=True,
        on_finish_action="delete_succeeded_pod",
        startup_timeout_seconds=300,
    )


@dag(
    dag_id="pipeline_verbs",
    schedule="30 5 * * *",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": datetime.timedelta(minutes=2), "execution_timeout": datetime.timedelta(minutes=30)},
    tags=["pipeline"],
    doc_md=__doc__,
)
def pipeline_verbs():
    verb("validate") >> verb("status", "--json")


pipeline_verbs()

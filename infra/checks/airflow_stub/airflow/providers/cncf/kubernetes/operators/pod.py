"""An operator that is only noted."""
from airflow.sdk import Node

_OPTIONS = {"namespace", "pod_template_file", "arguments", "in_cluster", "get_logs", "on_finish_action", "startup_timeout_seconds"}


class KubernetesPodOperator(Node):
    def __init__(self, *, task_id, **options):
        if set(options) - _OPTIONS:
            raise TypeError(f"the operator has no {set(options) - _OPTIONS}")
        super().__init__(task_id, options=options, kind="pod")

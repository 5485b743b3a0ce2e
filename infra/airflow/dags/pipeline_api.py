"""The pipeline's HTTP API, as the DAGs use it. The connection `pipeline` has its address and, as password, a function key."""
from __future__ import annotations

import datetime
import json

from airflow.providers.http.hooks.http import HttpHook

CONNECTION = "pipeline"
ENDED = {"Completed", "Failed", "Terminated"}


def call(method: str, path: str, body: dict | None = None) -> dict:
    """One request; an answer of 400 and above fails the task with the sentences the API wrote."""
    hook = HttpHook(method=method, http_conn_id=CONNECTION)
    headers = {"x-functions-key": hook.get_connection(CONNECTION).password or "", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    answer = hook.run(path, data=data, headers=headers, extra_options={"timeout": 60, "check_response": False})
    if answer.status_code >= 400:
        raise RuntimeError(f"{method} {path} was answered with {answer.status_code}: {answer.text[:2000]}")
    return answer.json()


def start_backfill(source: str, first: str, last: str, accounts: list[str] | None = None) -> str:
    """Starts an extraction of whole days, both included; running it twice replaces the same slices with the same figures."""
    order = {"source": source, "from": first, "to": last}
    if accounts:
        order["accounts"] = accounts
    return call("POST", "/api/backfills", order)["id"]


def has_ended(backfill: str) -> bool:
    """Whether it ended well; one that failed or was cancelled fails the task that waits."""
    found = call("GET", f"/api/backfills/{backfill}")
    if found["status"] in ENDED - {"Completed"}:
        raise RuntimeError(f"Backfill {backfill} ended {found['status']}: {found.get('failure') or 'no reason given'}")
    return found["status"] == "Completed"


def faults_of(dataset: dict, max_reject_ratio: float) -> list[str]:
    """What of one dataset's state should stop those who read it, each a sentence. Refused rows are those of the last 24 hours: counts since
    ever, which the state has, hide a bad day and do not forgive one."""
    name, faults = dataset["dataset"], []
    if dataset["publications_failed"]:
        faults.append(f"{name}: {dataset['publications_failed']} publications failed")
    if dataset["objects_unfinished"]:
        faults.append(f"{name}: {dataset['objects_unfinished']} committed objects are not visible yet")
    rows, rejected = published_since(name, datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1))
    if rows and rejected / rows > max_reject_ratio:
        faults.append(f"{name}: {rejected} of {rows} rows of the last 24 hours were refused")
    return faults


def published_since(dataset: str, since: datetime.datetime) -> tuple[int, int]:
    """Rows that went into the dataset's publications planned since then, and how many of them were refused."""
    rows, rejected, before = 0, 0, ""
    while True:
        page = call("GET", f"/api/publications?dataset={dataset}&limit=500{before}")
        for publication in page["publications"]:
            if datetime.datetime.fromisoformat(publication["planned_at"]) < since:
                return rows, rejected
            rows += publication["rows_in"] or 0
            rejected += publication["rejected"] or 0
        if page["next_before"] is None:
            return rows, rejected
        before = f"&before={page['next_before']}"

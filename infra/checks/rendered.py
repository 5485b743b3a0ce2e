"""The overlays as kustomize builds them."""
import functools
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
OVERLAYS = sorted(path.parent.name for path in ROOT.glob("infra/kubernetes/overlays/*/kustomization.yaml"))
CLOUDS = [name for name in OVERLAYS if name != "local"]
EKS = next(name for name in OVERLAYS if name.startswith("eks"))


@functools.cache
def text(folder):
    """One folder below infra/, built."""
    built = subprocess.run(["kubectl", "kustomize", str(ROOT / "infra" / folder)], capture_output=True, text=True)
    if built.returncode:
        raise AssertionError(f"kubectl kustomize infra/{folder} failed: {built.stderr[-2000:]}")
    return built.stdout


def objects(folder):
    """Its objects, made anew for each caller."""
    return [document for document in yaml.safe_load_all(text(folder)) if document]


def overlay(name):
    return objects(f"kubernetes/overlays/{name}")


def of_kind(documents, *kinds):
    return [document for document in documents if document["kind"] in kinds]


def pod(document):
    """The pod's spec of a workload; None for other kinds."""
    spec = document.get("spec", {})
    if document["kind"] == "CronJob":
        return spec["jobTemplate"]["spec"]["template"]["spec"]
    return spec["template"]["spec"] if document["kind"] in ("Deployment", "StatefulSet", "Job") else None


def config_maps(documents):
    return {document["metadata"]["name"]: document.get("data", {}) for document in of_kind(documents, "ConfigMap")}


def environment(documents, container):
    """What the container's variables are; those from secrets are None."""
    maps, out = config_maps(documents), {}
    for source in container.get("envFrom", []):
        out |= maps[source["configMapRef"]["name"]]
    for variable in container.get("env", []):
        out[variable["name"]] = variable.get("value")
    return out

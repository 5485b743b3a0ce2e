#!/usr/bin/env python3
"""Writes kubernetes.json: what the kinds used here may hold, from the projects' own published definitions.

    infra/schemas/derive.py SWAGGER KEDA EXTERNAL_SECRETS PROMETHEUS_OPERATOR

SWAGGER              swagger.json of a Kubernetes release (kubernetes/kubernetes: api/openapi-spec/swagger.json; Apache-2.0)
KEDA                 a checkout of kedacore/keda (config/crd/bases, pkg/scalers; Apache-2.0)
EXTERNAL_SECRETS     a checkout of external-secrets/external-secrets (config/crds/bases; Apache-2.0)
PROMETHEUS_OPERATOR  a checkout of prometheus-operator/prometheus-operator (example/prometheus-operator-crd; Apache-2.0)

Descriptions are left out. An object with named properties takes no others, so that a misspelt field is an error, as it is for an
API server asked with fieldValidation=Strict.
"""
import json
import pathlib
import re
import sys

import yaml

CORE = [
    ("v1", "Namespace"), ("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "Service"), ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"), ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("batch/v1", "Job"), ("batch/v1", "CronJob"),
    ("policy/v1", "PodDisruptionBudget"), ("networking.k8s.io/v1", "NetworkPolicy"), ("networking.k8s.io/v1", "Ingress"),
    ("rbac.authorization.k8s.io/v1", "Role"), ("rbac.authorization.k8s.io/v1", "RoleBinding"), ("storage.k8s.io/v1", "StorageClass"),
    ("v1", "Pod"),
]
KEDA_KINDS = ["scaledobjects", "triggerauthentications"]
SECRET_KINDS = ["externalsecrets", "secretstores"]
MONITORING_KINDS = ["podmonitors", "prometheusrules"]
SECRET_PROVIDERS = {"aws", "azurekv"}
# KEDA's definitions leave a trigger's metadata open; what each scaler reads is in the tags of its Go structs.
SCALERS = {
    "kafka": "kafka_scaler.go", "postgresql": "postgresql_scaler.go", "aws-sqs-queue": "aws_sqs_queue_scaler.go",
    "cron": "cron_scaler.go", "cpu": "cpu_memory_scaler.go",
}
KEPT = {"type", "enum", "required", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}
INT_OR_STRING = {"type": ["integer", "string"]}


def strict(schema, refs):
    """The schema without descriptions, closed to unknown fields; names of definitions it needs are added to refs."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        refs.add(name)
        return {"$ref": f"#/definitions/{name}"}
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return INT_OR_STRING
    out = {key: value for key, value in schema.items() if key in KEPT}
    if "properties" in schema:
        out["properties"] = {name: strict(value, refs) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            out["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        out["additionalProperties"] = strict(schema["additionalProperties"], refs)
    if "items" in schema:
        out["items"] = strict(schema["items"], refs)
    return out


def core(swagger):
    definitions = json.loads(pathlib.Path(swagger).read_text())["definitions"]
    kinds, out, todo = {}, {}, set()
    for name, definition in definitions.items():
        for gvk in definition.get("x-kubernetes-group-version-kind", []):
            api = f"{gvk['group']}/{gvk['version']}".lstrip("/")
            if (api, gvk["kind"]) in CORE and not name.endswith("List"):
                kinds[f"{api}/{gvk['kind']}"] = name
                todo.add(name)
    missing = {f"{api}/{kind}" for api, kind in CORE} - set(kinds)
    if missing:
        sys.exit(f"The swagger file has no {', '.join(sorted(missing))}.")
    while todo:
        name = todo.pop()
        if name in out:
            continue
        refs = set()
        out[name] = strict(definitions[name], refs)
        # Scalars with a format, such as quantities and times.
        if name.endswith((".Quantity", ".IntOrString")):
            out[name] = {"type": ["string", "number"]}
        todo |= refs
    return kinds, out


def custom(folder, prefix, names):
    kinds, out = {}, {}
    for plural in names:
        crd = yaml.safe_load((folder / f"{prefix}_{plural}.yaml").read_text())["spec"]
        for version in crd["versions"]:
            if not version.get("served"):
                continue
            name = f"{crd['group']}.{version['name']}.{crd['names']['kind']}"
            refs = set()
            schema = strict(version["schema"]["openAPIV3Schema"], refs)
            schema["properties"]["metadata"] = {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
            schema["required"] = sorted({*schema.get("required", []), "apiVersion", "kind", "metadata", "spec"})
            schema["properties"].pop("status", None)
            if crd["names"]["kind"] == "SecretStore":
                providers = schema["properties"]["spec"]["properties"]["provider"]["properties"]
                for other in set(providers) - SECRET_PROVIDERS:
                    del providers[other]
            kinds[f"{crd['group']}/{version['name']}/{crd['names']['kind']}"] = name
            out[name] = schema
    return kinds, out


def triggers(folder):
    """Per trigger type: metadata names, and those that must be there."""
    out = {}
    for kind, file in SCALERS.items():
        tags = re.findall(r'keda:"([^"]+)"', (folder / file).read_text())
        known, needed = {}, []
        for tag in tags:
            parts = [part.strip() for part in re.split(r",(?![^=]*$)|,", tag)]
            facts = dict(part.split("=", 1) if "=" in part else (part, "") for part in parts)
            if "triggerMetadata" not in facts.get("order", "") and "resolvedEnv" not in facts.get("order", ""):
                continue
            if "deprecated" in facts:
                continue
            if "triggerMetadata" in facts["order"]:
                known[facts["name"]] = facts["enum"].split(";") if "enum" in facts else None
            if "optional" not in facts and "default" not in facts and "authParams" not in facts["order"]:
                needed.append(facts["name"])
            if "resolvedEnv" in facts["order"]:
                known[facts["name"] + "FromEnv"] = None
        out[kind] = {"known": known, "needed": needed}
    return out


def main():
    swagger, keda, secrets, prometheus = sys.argv[1:5]
    kinds, definitions = core(swagger)
    for more in (custom(pathlib.Path(keda, "config/crd/bases"), "keda.sh", KEDA_KINDS),
                 custom(pathlib.Path(secrets, "config/crds/bases"), "external-secrets.io", SECRET_KINDS),
                 custom(pathlib.Path(prometheus, "example/prometheus-operator-crd"), "monitoring.coreos.com", MONITORING_KINDS)):
        kinds |= more[0]
        definitions |= more[1]
    result = {
        "sources": [
            f"Kubernetes {json.loads(pathlib.Path(swagger).read_text())['info']['version']} api/openapi-spec/swagger.json",
            "KEDA config/crd/bases and pkg/scalers", "External Secrets config/crds/bases",
            "Prometheus operator example/prometheus-operator-crd"],
        "kinds": kinds, "triggers": triggers(pathlib.Path(keda, "pkg/scalers")),
    }
    target = pathlib.Path(__file__).parent / "kubernetes.json"
    rows = [f"{json.dumps(name)}:{json.dumps(definitions[name], separators=(',', ':'), sort_keys=True)}" for name in sorted(definitions)]
    head = json.dumps({key: result[key] for key in ("sources", "kinds", "triggers")}, indent=1, sort_keys=True)[:-2]
    target.write_text(head + ',\n "definitions": {\n' + ",\n".join(rows) + "\n}}\n")
    print(f"{target}: {len(kinds)} kinds, {len(definitions)} definitions, {target.stat().st_size // 1024} KiB")


main()

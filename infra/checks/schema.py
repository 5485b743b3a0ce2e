"""Validates objects against kubernetes.json: the part of JSON schema that Kubernetes' definitions use, and KEDA's trigger metadata."""
import json
import pathlib
import re

SCHEMA = json.loads((pathlib.Path(__file__).parent.parent / "schemas" / "kubernetes.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def faults(document):
    """Every fault of one object, each a sentence that begins with the field's path."""
    key = f"{document.get('apiVersion')}/{document.get('kind')}"
    if key not in SCHEMA["kinds"]:
        return [f"{key} is no kind the schema knows; add it to schemas/derive.py or mend the name"]
    found = list(_walk(document, {"$ref": f"#/definitions/{SCHEMA['kinds'][key]}"}, ""))
    if document["kind"] == "ScaledObject":
        found += _trigger_faults(document)
    return found


def _walk(value, schema, path):
    if "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    if value is None:
        yield f"{path or '.'} is empty"
        return
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(_is(value, name) for name in types):
        yield f"{path or '.'} is {type(value).__name__}, not {' or '.join(types)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is '{value}', not one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path} is '{value}', which {schema['pattern']} does not match"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            yield f"{path} is {value}, outside its range"
    if isinstance(value, dict):
        yield from _members(value, schema, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, schema.get("items", {}), f"{path}[{index}]")


def _members(value, schema, path):
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}.{name} is missing"
    for name, member in value.items():
        inner = schema.get("properties", {}).get(name)
        if inner is None:
            inner = schema.get("additionalProperties", {})
        if inner is False:
            yield f"{path}.{name} is no field of this kind"
        else:
            yield from _walk(member, inner, f"{path}.{name}")


def _is(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def _trigger_faults(document):
    for index, trigger in enumerate(document.get("spec", {}).get("triggers", [])):
        path = f".spec.triggers[{index}].metadata"
        facts = SCHEMA["triggers"].get(trigger.get("type"))
        if facts is None:
            yield f".spec.triggers[{index}].type '{trigger.get('type')}' is no scaler the schema knows"
            continue
        metadata = trigger.get("metadata", {})
        for name, value in metadata.items():
            if name not in facts["known"]:
                yield f"{path}.{name} is nothing the {trigger['type']} scaler reads"
            elif facts["known"][name] and value not in facts["known"][name]:
                yield f"{path}.{name} is '{value}', not one of {', '.join(facts['known'][name])}"
        for name in facts["needed"]:
            if name not in metadata and f"{name}FromEnv" not in metadata:
                yield f"{path}.{name} is missing"

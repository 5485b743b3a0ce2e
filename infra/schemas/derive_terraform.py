#!/usr/bin/env python3
"""Writes terraform.json: the schemas of the resources used in infra/terraform, from the providers' published bindings.

    infra/schemas/derive_terraform.py AWS AZURERM

AWS, AZURERM  the unpacked npm packages @cdktf/provider-aws and @cdktf/provider-azurerm (generated from the providers' own schemas; MPL-2.0)

Only names, types and whether they must be set are kept. An optional attribute is taken for one the provider fills in when it is not set,
and one whose name ends in _wo for one that is written and never kept: both providers name theirs so.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
SIMPLE = {"string": "string", "number": "number", "boolean": "bool"}
READ = {"getStringAttribute": "string", "getNumberAttribute": "number", "getBooleanAttribute": "bool",
        "getListAttribute": ["list", "string"], "getNumberListAttribute": ["list", "number"]}
MAPS = {"StringMap": ["map", "string"], "NumberMap": ["map", "number"], "BooleanMap": ["map", "bool"]}


def used():
    """Resource and data types that the modules name."""
    text = "\n".join(path.read_text() for path in ROOT.glob("terraform/**/*.tf"))
    return set(re.findall(r'^resource "(\w+)"', text, re.M)), set(re.findall(r'^data "(\w+)"', text, re.M))


class Binding:
    """One resource's generated file, read by its regular shape."""

    def __init__(self, folder):
        self.code = (folder / "index.js").read_text()
        self.types = (folder / "index.d.ts").read_text()

    def root(self):
        body = re.search(r"synthesizeHclAttributes\(\) \{(.*?)\n    \}", self.code, re.S)[1]
        interface = re.search(r"export interface (\w+) extends cdktf\.Terraform(?:MetaArguments|ProviderConfig)?", self.types) or \
            re.search(r"export interface (\w+Config)\b", self.types)
        name = re.search(r"class (\w+) extends cdktf\.Terraform(?:Resource|DataSource|Provider)", self.code)[1]
        return self.block(body, interface[1], name)

    def block(self, body, interface, holder):
        required = self.required(interface)
        attributes, blocks = {}, {}
        for name, value, is_block, kind, storage in re.findall(
                r"(\w+): \{\n\s+value: (.*?),\n\s+isBlock: (\w+),\n\s+type: \"(\w+)\",\n\s+storageClassType: \"(\w+)\"", body):
            needed = camel(name) in required
            nested = re.search(r"(\w+)ToHclTerraform(?=[,(])", value.replace("cdktf.", "cdktf_"))
            nested = None if not nested or nested[1].startswith("cdktf_") else nested[1]
            if nested:
                inner = self.nested(nested)
                if is_block == "true":
                    many = camel(name) in self.many(interface)
                    nesting = "single" if kind == "struct" else kind
                    blocks[name] = {"nesting": nesting, "min": int(needed), "max": 0 if many else 1, "block": inner}
                    continue
                shape = ["object", {key: fact["type"] for key, fact in inner["attributes"].items()}]
                attributes[name] = fact_of(shape if kind == "struct" else [kind, shape], needed)
                continue
            attributes[name] = fact_of(type_of(kind, storage), needed)
            if name.endswith("_wo"):
                attributes[name] = {"type": attributes[name]["type"], "optional": True, "write_only": True}
        for name, shape in self.read(holder).items():
            if name not in attributes and name not in blocks:
                attributes[name] = {"type": shape, "computed": True}
        return {"attributes": attributes, "blocks": blocks}

    def nested(self, function):
        body = re.search(rf"function {function}ToHclTerraform\(struct\) \{{(.*?)\n\}}", self.code, re.S)[1]
        interface = function[0].upper() + function[1:]
        # Inside a block the provider fills in nothing.
        block = self.block(body, interface, interface + "OutputReference")
        for fact in block["attributes"].values():
            if fact.get("optional"):
                fact.pop("computed", None)
        return block

    def fields(self, interface):
        body = re.search(rf"export interface {interface}\b[^{{]*\{{(.*?)\n\}}", self.types, re.S)
        return re.findall(r"readonly (\w+)(\??): (.+);", body[1]) if body else []

    def required(self, interface):
        return {name for name, optional, _ in self.fields(interface) if not optional}

    def many(self, interface):
        return {name for name, _, kind in self.fields(interface) if "[]" in kind}

    def read(self, holder):
        """What a class can be asked for: computed attributes, nested ones as lists of objects."""
        body = re.search(rf"class {holder} extends [^{{]+\{{(.*?)\n\}}", self.code, re.S)
        out = {}
        for method, name in re.findall(r"this\.(get\w+Attribute)\('(\w+)'\)", body[1] if body else ""):
            if method in READ:
                out[name] = READ[method]
        for kind, name in re.findall(r"new cdktf\.(\w+)\(this, \"(\w+)\"\)", body[1] if body else ""):
            if kind in MAPS:
                out[name] = MAPS[kind]
        for kind, name in re.findall(r"= new (\w+)List\(this, \"(\w+)\", \w+\)", body[1] if body else ""):
            inner = self.read(kind + "OutputReference")
            if inner:
                out[name] = ["list", ["object", inner]]
        out.pop("id_input", None)
        return out


def fact_of(shape, needed):
    return {"type": shape, "required": True} if needed else {"type": shape, "optional": True, "computed": True}


def type_of(kind, storage):
    if kind == "simple":
        return SIMPLE[storage]
    inner = re.sub(r"(List|Map|Set)$", "", storage)
    return [kind, SIMPLE.get(inner, "string")]


def camel(name):
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def provider(folder, resources, data):
    found = {"resources": {}, "data": {}}
    for path in sorted((folder / "lib").iterdir()):
        index = path / "index.js"
        if not index.exists():
            continue
        kind = re.search(r'\.tfResourceType = "(\w+)"', index.read_text())
        if not kind:
            continue
        place, wanted = ("data", data) if path.name.startswith("data-") else ("resources", resources)
        if kind[1] in wanted:
            found[place][kind[1]] = Binding(path).root()
    found["provider"] = Binding(folder / "lib" / "provider").root()
    found["version"] = re.search(r"providerVersion: '([\d.]+)'", next((folder / "lib").glob("*/index.js")).read_text())[1]
    return found


def main():
    resources, data = used()
    result = {
        "aws": provider(pathlib.Path(sys.argv[1]), resources, data),
        "azurerm": provider(pathlib.Path(sys.argv[2]), resources, data),
    }
    # Sent with every call and long; the modules set region and features alone.
    for name, kept in (("aws", {"region", "default_tags"}), ("azurerm", {"features", "subscription_id"})):
        block = result[name]["provider"]
        block["attributes"] = {key: value for key, value in block["attributes"].items() if key in kept}
        block["blocks"] = {key: value for key, value in block["blocks"].items() if key in kept}
    missing = (resources - set(result["aws"]["resources"]) - set(result["azurerm"]["resources"])) | (
        data - set(result["aws"]["data"]) - set(result["azurerm"]["data"]))
    if missing:
        sys.exit(f"The bindings have no {', '.join(sorted(missing))}.")
    rows = []
    for name, facts in result.items():
        inner = [f'"version": {json.dumps(facts["version"])}', f'"provider": {json.dumps(facts["provider"], sort_keys=True)}']
        for place in ("resources", "data"):
            members = [f"{json.dumps(kind)}: {json.dumps(block, separators=(',', ':'), sort_keys=True)}"
                       for kind, block in sorted(facts[place].items())]
            inner.append(f'"{place}": {{\n' + ",\n".join(members) + "\n}")
        rows.append(f'"{name}": {{\n' + ",\n".join(inner) + "\n}")
    target = ROOT / "schemas" / "terraform.json"
    target.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    types = sum(len(facts["resources"]) + len(facts["data"]) for facts in result.values())
    print(f"{target}: {types} types, {target.stat().st_size // 1024} KiB")


main()

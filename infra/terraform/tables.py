#!/usr/bin/env python3
"""The Glue table of every dataset of the lake, made from its contract: columns, partition columns, and how Athena projects those.

    infra/terraform/tables.py [--write]       prints aws/tables.json, or writes it
"""
import json
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path(__file__).parent
CONTRACTS = HERE.parent.parent / "functions" / "datasets"
TYPES = {"string": "string", "json": "string", "int64": "bigint", "float64": "double", "bool": "boolean", "timestamp": "timestamp",
         "date": "date"}


def glue_type(column):
    return column["type"].replace(" ", "") if column["type"].startswith("decimal") else TYPES[column["type"]]


def projection(column, sources):
    """How Athena knows the values of a partition column: a range, a list, or the query's own condition."""
    bucket = re.fullmatch(r"bucket\(\w+, *(\d+)\)", str(column.get("derive")))
    if column["type"] == "date":
        return {"type": "date", "format": "yyyy-MM-dd", "range": "2024-01-01,NOW+1DAY"}   # a local day may begin before the UTC one
    if bucket:
        return {"type": "integer", "range": f"0,{int(bucket[1]) - 1}"}
    if column.get("from") == "_slice.source":
        return {"type": "enum", "values": ",".join(source["kind"] for source in sources)}
    if column.get("from") == "_slice.stream" and all("streams" in source for source in sources):
        return {"type": "enum", "values": ",".join(dict.fromkeys(stream for source in sources for stream in source["streams"]))}
    return {"type": "injected"}


def table(contract):
    sources = contract.get("sources") or [contract["source"]]
    columns = {column["name"]: column for column in contract["columns"]}
    by = contract["lake"]["partition_by"]
    # Glue's names are in lower case; Athena finds a file's column whatever its case.
    return {
        "columns": [{"name": name.lower(), "type": glue_type(column)} for name, column in columns.items() if name not in by],
        "partitions": [{"name": name.lower(), "type": glue_type(columns[name]), "projection": projection(columns[name], sources)}
                       for name in by],
    }


def report():
    contracts = [yaml.safe_load(path.read_text()) for path in sorted(CONTRACTS.glob("*.yaml"))]
    tables = []
    for contract in contracts:
        parts = [f'  {json.dumps(part)}: [\n' + ",\n".join(f"   {json.dumps(row)}" for row in rows) + "\n  ]"
                 for part, rows in table(contract).items()]
        tables.append(f' {json.dumps(contract["dataset"])}: {{\n' + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(tables) + "\n}\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        (HERE / "aws" / "tables.json").write_text(report())
    else:
        print(report(), end="")

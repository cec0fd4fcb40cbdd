"""Documents that are some times as large as another one, with the same things in them."""

from __future__ import annotations

import json
import re
from typing import Any

_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')


def enlarged(first: dict[str, Any], effective: dict[str, Any], times: int) -> dict[str, Any]:
    """Return a document with copies of another one, under other paths and names.

    Args:
        first: What stands in it once.
        effective: What is copied: a corrected document.
        times: How often everything stands in it.
    """
    paths: dict[str, Any] = dict(first["paths"])
    schemas: dict[str, Any] = dict(first["components"]["schemas"])
    for number in range(1, times):
        copy = _copy(effective, f"copy{number}", f"Copy{number}")
        paths |= {f"/copy{number}{path}": item for path, item in copy["paths"].items()}
        schemas |= {
            f"Copy{number}{name}": schema for name, schema in copy["components"]["schemas"].items()
        }
    return {**first, "paths": paths, "components": {**first["components"], "schemas": schemas}}


def _copy(document: dict[str, Any], resource: str, prefix: str) -> dict[str, Any]:
    def renamed(part: dict[str, Any]) -> dict[str, Any]:
        if "operationId" in part:
            part["operationId"] = f"{resource}.{part['operationId']}"
        for key in ("x-client-stream", "x-client-events", "x-client-socket"):
            if key in part:
                part[key]["name"] = prefix + part[key]["name"]
        if "x-client-socket" in part:
            part["x-client-socket"]["events"] = prefix + part["x-client-socket"]["events"]
        for keys, name in (
            ("x-client-stream", "method"),
            ("recover", "retrieve"),
            ("recover", "items"),
        ):
            if name in part.get(keys, {}):
                part[keys][name] = f"{resource}.{part[keys][name]}"
        return part

    text = _REFERENCE.sub(rf'"#/components/schemas/{prefix}\1"', json.dumps(document))
    return json.loads(text, object_hook=renamed)

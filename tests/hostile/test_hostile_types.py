"""Hostile names hide nothing from type checkers: what is emitted for them is typed as ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.hostile_documents import Node, with_fields, with_operation, with_text
from tests.hostile.hostile_package import packaged
from tests.hostile.hostile_texts import AWKWARD, PAYLOADS, PYTHON

ROOT = Path(__file__).parents[2]
WORDS = [word for word in PYTHON if word != "_"]


def with_method_list() -> Node:
    """Return a document with a method and a resource called ``list`` beside others that answer with lists."""
    one, other = with_operation("list"), with_operation("get", "things.list")
    other["paths"] = {f"/other{path}": item for path, item in other["paths"].items()}
    del one["paths"]["/v1/c"]
    one["paths"]["/v1/a"]["get"]["operationId"] = "others.list"
    one["paths"]["/v1/b"]["get"]["operationId"] = "others.zoo"
    return one | {"paths": one["paths"] | other["paths"]}


@pytest.mark.parametrize(
    "document",
    [with_fields("class", *WORDS), with_text("".join(PAYLOADS + AWKWARD)), with_method_list()],
    ids=["fields", "texts", "methods"],
)
def test_a_hostile_package_is_typed(document: Node, tmp_path: Path) -> None:
    with packaged(document) as package:
        for name, text in package.files.items():
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
    config = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "facade")]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("basedpyright"),
            *("--level", "error", "--pythonpath", sys.executable, "-p", tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout

"""The shapes of requests are those that the manifest says: `diff` judges what was emitted."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[2] / "generated" / "coze_api"
SHAPES: dict[str, dict[str, Any]] = json.loads((PACKAGE / "manifest.json").read_text("utf-8"))[
    "surface"
]["shapes"]
SOURCE = ast.parse((PACKAGE / "params.py").read_text("utf-8"))


def members(node: ast.expr) -> frozenset[str]:
    """Return the members of a union, each in one spelling."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return members(left) | members(right)
        case _:
            return frozenset({ast.unparse(node)})


def spelled(annotation: str) -> tuple[bool, frozenset[str]]:
    """Return whether a key is required, and the members of its type."""
    node = ast.parse(annotation.replace("params.", ""), mode="eval").body
    match node:
        case ast.Subscript(value=ast.Name(id="NotRequired"), slice=inner):
            return False, members(inner)
        case _:
            return True, members(node)


def emitted() -> dict[str, dict[str, tuple[bool, frozenset[str]]]]:
    found: dict[str, dict[str, tuple[bool, frozenset[str]]]] = {}
    for node in SOURCE.body:
        match node:
            case ast.ClassDef(name=name, body=body):
                found[name] = {
                    key.target.id: spelled(ast.unparse(key.annotation))
                    for key in body
                    if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name)
                }
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[_, ast.Dict() as d])):
                found[name] = {
                    ast.literal_eval(key): spelled(ast.unparse(type_))
                    for key, type_ in zip(d.keys, d.values, strict=True)
                    if key
                }
            case _:
                pass
    return found


EMITTED = emitted()


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if "keys" in shape])
def test_a_shape_has_the_keys_and_types_of_the_manifest(name: str) -> None:
    said = {
        key: (entry["required"], spelled(entry["type"])[1])
        for key, entry in SHAPES[name]["keys"].items()
        if key != "*"
    }
    assert EMITTED[name] == said


def test_no_shape_asks_for_a_list_or_a_dict_of_its_own() -> None:
    types = {part for keys in EMITTED.values() for _, parts in keys.values() for part in parts}
    assert [one for one in types if "list[" in one or "dict[" in one] == []

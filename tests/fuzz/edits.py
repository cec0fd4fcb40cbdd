"""Single edits of the real document (edits.yaml): each is built into a client, or refused.

``python -m tests.fuzz.edits`` prints what becomes of each of them.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from generator.build import Project, build
from generator.errors import GeneratorError
from generator.normalise import _references
from generator.normalise.walk import operations, parts
from generator.reader import read_yaml
from generator.spec import METHODS, dump, split
from tests.fuzz.differing import Exchange, LossError
from tests.fuzz.effort import TIMES
from tests.generator.loopback import imported, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.normalise.walk import Node, Part
    from tests.generator.loopback import Server

_FILE = Path(__file__).with_suffix(".yaml")
_DOCUMENT = Path(__file__).parents[2] / "generated" / "coze_api" / "openapi.json"


@cache
def _catalogue() -> Node:
    return read_yaml(_FILE.read_text(encoding="utf-8"), _FILE)


@cache
def _real() -> Node:
    return json.loads(_DOCUMENT.read_text(encoding="utf-8"))


EDITS: dict[str, Node] = {edit["name"]: edit for edit in _catalogue()["edits"]}
_NOTHING: Node = {"at": "document"}


def edited(name: str, number: int) -> tuple[Node, str, str]:
    """Edit the real document, reduced to one operation.

    Returns:
        The document, and the path and method of the operation.
    """
    edit = EDITS.get(name, _NOTHING)
    choose = random.Random(f"{name} {number}")  # noqa: S311  # the same each time
    order = list(operations(_real()))
    choose.shuffle(order)
    for path, method, operation in order:
        if operation.get("x-client-internal") or "x-client-socket" in operation:
            continue
        document = _reduced(path, method)
        places = list(_places(edit["at"], document, path, method))
        if places:
            _apply(edit, choose.choice(places))
            given = copy.deepcopy(_catalogue()["given"])
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            document = _used(
                document | {"components": {**document["components"], "schemas": given | schemas}}
            )
            document["components"].setdefault("schemas", {}).update(edit.get("unused", {}))
            return document, path, method
    raise LookupError(f"there is no place for {name!r}")


def _reduced(path: str, method: str) -> Node:
    """Return the real document with one operation alone, without what it needs others for."""
    document: Node = copy.deepcopy(_real())
    item = {
        key: value
        for key, value in document["paths"][path].items()
        if key not in METHODS or key == method
    }
    item[method].get("x-client-stream", {}).pop("recover", None)
    document.pop("x-client-instead", None)
    document["paths"] = {path: item}
    return _used(document)


def _used(document: Node) -> Node:
    document = _references.drop_unreferenced(document)
    return document | {"components": dict(document.get("components", {}))}


def _places(at: str, document: Node, path: str, method: str) -> Iterator[Node]:
    """Yield the nodes that an edit may be made to, each as it stands in the document."""
    operation: Node = document["paths"][path][method]
    responses: Node = operation["responses"]
    body: Node = operation.get("requestBody", {})
    special = _special(operation)
    match at:
        case "document":
            yield document
        case "operation" | "parameters" | "responses":
            yield operation
        case "path":
            yield from (one for one in operation.get("parameters", ()) if one["in"] == "path")
        case "body":
            if "application/json" in body.get("content", {}) and not special:
                yield body
        case "answer":
            if "x-client-stream" not in operation:
                successes = (one for code, one in responses.items() if code.startswith("2"))
                yield from (
                    one for one in successes if "application/json" in one.get("content", {})
                )
        case _:
            special |= {*document["x-client-envelope"]["fields"], "data"}
            yield from (part.node for part in parts(document) if _is_schema(part, at, special))


def _is_schema(part: Part, at: str, special: set[str]) -> bool:
    if part.role != "schema":
        return False
    field, name = split(part.pointer)[-2:]
    if at == "object":
        return field == "schemas" and "properties" in part.node
    kinds = {"property", part.node.get("type")}
    return field == "properties" and name not in special and at in kinds


def _special(operation: Node) -> set[str]:
    """Return the names of fields that the operation's paging, batch or stream is about."""
    keys = ("x-client-pagination", "x-client-batch", "x-client-stream")
    texts = json.dumps([operation[key] for key in keys if key in operation]).split('"')
    return {name for text in texts[1::2] for name in text.split(".")}


def _apply(edit: Node, node: Node) -> None:
    edit = copy.deepcopy(edit)
    if "wrap" in edit:
        wrapped = _filled(edit["wrap"], dict(node))
        node.clear()
        node.update(wrapped)
    _merge(node, edit.get("set", {}))
    if "content" in edit:
        node["content"] = edit["content"]
    if edit["at"] in {"body", "answer"}:
        names = edit.get("media", {})
        content = {names.get(name, name): media for name, media in node["content"].items()}
        node["content"] = content | edit.get("more", {})
    if edit["at"] == "parameters":
        node["parameters"] = [*node.get("parameters", ()), edit["add"]]
    if edit["at"] == "responses":
        names = edit.get("status", {})
        renamed = {names.get(code, code): one for code, one in node["responses"].items()}
        node["responses"] = renamed | edit.get("add", {})


def _merge(node: Node, new: Node) -> None:
    for key, value in new.items():
        old = node.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        else:
            node[key] = (
                [*old, *value] if isinstance(old, list) and isinstance(value, list) else value
            )


def _filled(template: Any, node: Node) -> Any:
    if template == "$node":
        return node
    if isinstance(template, dict):
        return {key: _filled(value, node) for key, value in template.items()}
    return [_filled(one, node) for one in template] if isinstance(template, list) else template


def outcome(name: str, number: int, server: Server) -> str:
    """Build the client of an edited document, and call it.

    Returns:
        ``refused`` or ``right``.

    Raises:
        LossError: Something was lost, or the refusal names no line or no remedy.
    """
    document, path, method = edited(name, number)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "openapi").mkdir()
        (root / "openapi" / "coze.yaml").write_text(dump(document), encoding="utf-8")
        try:
            built = build(Project(root), lambda _: None)
        except GeneratorError as error:
            if not (error.file and error.line and error.remedy):
                raise LossError(f"a refusal without a line or a remedy: {error}") from error
            return "refused"
        for file, content in built.files.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_bytes(content)
        surface = json.loads(built.files["coze_api/manifest.json"])["surface"]
        choose = random.Random(f"{name} {number}")  # noqa: S311  # the same each time
        with imported(root):
            Exchange((document, built.document), (path, method), surface, server, choose).run()
    return "right"


def _table() -> None:
    with serving() as server:
        for name in EDITS:
            counts = Counter[str]()
            for number in range(TIMES):
                try:
                    counts[outcome(name, number, server)] += 1
                except Exception as error:  # noqa: BLE001  # each is a line of the table
                    counts["LOST"] += 1
                    sys.stdout.write(f"  {name} {number}: {type(error).__name__}: {error}\n")
            words = ", ".join(f"{word} {count}" for word, count in counts.items())
            sys.stdout.write(f"{name:<50} {words}\n")


if __name__ == "__main__":
    _table()

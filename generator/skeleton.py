"""Proposes names for operations that have none, as actions of an overlay to start from."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any, Final

from generator.json_values import MAX_NAME
from generator.normalise.walk import operations
from generator.spec import join, json_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.normalise.walk import Node

_STEP: Final = re.compile(r"[a-z][a-z0-9_]*")
_VERBS: Final = {
    "get": "retrieve",
    "put": "update",
    "patch": "update",
    "post": "create",
    "delete": "delete",
}


def is_method_path(value: Any) -> bool:
    """Return whether a value is a dotted path of lower-case Python names, as in ``bots.list``."""
    steps = value.split(".") if isinstance(value, str) else []
    return (
        len(steps) > 1
        and len(value) <= MAX_NAME
        and all(_STEP.fullmatch(step) and not keyword.iskeyword(step) for step in steps)
    )


def proposals(document: Node) -> dict[str, Node]:
    """Return actions that name the operations without a usable name, by JSON pointer."""
    taken = {operation.get("operationId") for _, _, operation in operations(document)}
    found: dict[str, Node] = {}
    for path, method, operation in operations(document):
        if is_method_path(operation.get("operationId")):
            continue
        name = next(one for one in _names(path, method) if one not in taken)
        taken.add(name)
        pointer = join("/paths", path, method)
        found[pointer] = {
            "target": json_path(document, pointer),
            "description": "The document has no name for it.",
            "update": {"operationId": name},
        }
    return found


def overlay(title: str, actions: Iterable[Node]) -> Node:
    """Return an overlay of actions."""
    info = {"title": title, "version": "1.0.0"}
    return {"overlay": "1.1.0", "info": info, "actions": list(actions)}


def _names(path: str, method: str) -> Iterable[str]:
    """Return what a method may be called, the likeliest name first."""
    steps = [step for step in path.split("/") if step and not re.fullmatch(r"v\d+|open_api", step)]
    # Some exporters write parameters as in /bots/:bot_id.
    words = [_word(step) for step in steps if step[0] not in "{:"] or ["root"]
    on_one = bool(steps) and steps[-1][0] in "{:"
    verb = _VERBS.get(method, method)
    if method == "get" and not on_one and words[-1].endswith("s"):
        verb = "list"
    if method == "post" and len(words) > 1 and not on_one and not words[-1].endswith("s"):
        # Where nothing is created in a collection, the path ends with what is done.
        yield ".".join(words)
    base = ".".join([*words, verb])[: MAX_NAME - 4]
    yield base
    yield from (f"{base}_{number}" for number in range(2, 1000))


def _word(step: str) -> str:
    word = re.sub(r"[^a-z0-9]+", "_", step.lower()).strip("_")
    word = word if _STEP.fullmatch(word) else f"x_{word}".rstrip("_")
    return f"{word}_" if keyword.iskeyword(word) else word

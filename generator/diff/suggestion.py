"""Overlay actions that keep the names that the client had."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from generator.errors import GeneratorError
from generator.spec import join, json_path, resolve

if TYPE_CHECKING:
    from generator.diff.change import Change

_OPERATION: Final = frozenset({"operation-id-changed", "operation-id-removed", "method-renamed"})
_CLASS: Final = frozenset({"schema-renamed", "class-renamed", "shape-renamed"})


def suggest(change: Change, document: dict[str, Any]) -> str | None:
    """Return the overlay action that keeps the old name, as YAML.

    Args:
        change: The change, whose newer pointer leads into the document.
        document: The newer document.
    """
    if not change.new_at.startswith("/"):
        return None
    if change.id in _OPERATION:
        target = change.new_at.removesuffix("/operationId")
        return _update(json_path(document, target), {"operationId": change.old})
    if change.id in _CLASS:
        return _update(json_path(document, change.new_at), {"x-client-name": change.old})
    if change.id == "path-parameter-renamed":
        return _path_parameter(change, document)
    if change.id.endswith("parameter-renamed"):
        parameter = {**_at(document, change.new_at), "name": change.old}
        target, _, _ = change.new_at.rpartition("/parameters/")
        return _update(json_path(document, target), {"parameters": [parameter]})
    if change.id.endswith("property-renamed"):
        target, _, _ = change.new_at.rpartition("/")
        return _update(json_path(document, target), {change.old: _at(document, change.new_at)})
    return None


def _path_parameter(change: Change, document: dict[str, Any]) -> str:
    """Return the actions that copy the path and remove it, as a key can't be renamed in place."""
    _, _, path = change.operation.partition(" ")
    before = path.replace(f"{{{change.new}}}", f"{{{change.old}}}")
    old, new = (json_path(document, join("/paths", one)) for one in (before, path))
    actions = (
        _update("$.paths", {before: {}}),
        f"- target: {old}\n  copy: {new}",
        f"- target: {old}..parameters[?@.name == '{change.new}']",
        f"  update: {_flow({'name': change.old})}",
        f"- target: {new}\n  remove: true",
    )
    return "\n".join(actions)


def _update(target: str, value: Any) -> str:
    return f"- target: {target}\n  update: {_flow(value)}"


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _at(document: dict[str, Any], pointer: str) -> dict[str, Any]:
    try:
        return resolve(document, f"#{pointer}")
    except GeneratorError:
        return {}

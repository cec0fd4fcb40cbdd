"""The manifest: what the package was made from, and its public surface."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from generator.plan.resources import VARIANTS

if TYPE_CHECKING:
    from generator.plan import Method, Plan
    from generator.plan.models import EnumerationClass, Model
    from generator.plan.sockets import Sender
    from generator.plan.waits import Wait

TOOLS: Final = ("datamodel-code-generator", "openapi-python-client", "ruff")
_HERE: Final = Path(__file__).parent
_DECIDING: Final = (
    "client_keys.py",
    "skeleton.py",
    "schema_check.py",
    "emit",
    "graph.py",
    "normalise",
    "plan",
    "templates",
    "correction.py",
    "creation.py",
    "overlay.py",
    "parse.py",
    "reader.py",
    "jsonpath.py",
    "spec.py",
    "json_values.py",
)
"""The parts of the generator that decide what is emitted."""


def make_manifest(sources: dict[str, bytes], effective: bytes, plan: Plan) -> dict[str, Any]:
    """Return the manifest as JSON data."""
    return {
        "inputs": {
            "files": {name: _digest(content) for name, content in sorted(sources.items())},
            "generator": _digest(
                b"".join(
                    f"{path.relative_to(_HERE).as_posix()}\0".encode() + path.read_bytes()
                    for path in sorted(_HERE.rglob("*"))
                    if path.suffix in {".py", ".jinja"}
                    and path.relative_to(_HERE).parts[0] in _DECIDING
                )
            ),
            "tools": {name: version(name) for name in TOOLS},
        },
        "effective": _digest(effective),
        "surface": surface(plan),
    }


def surface(plan: Plan) -> dict[str, Any]:
    """Return one entry for each public method, argument, field, enumeration member and event."""
    waits = {wait.path: wait for wait in plan.waits}
    return {
        "methods": {
            method.path: {
                "operation": f"{method.http_method} {method.url}",
                "class": f"coze_api.resources.{resource.module}.{resource.class_name}",
                "kind": method.kind,
                "returns": resource.returns(method, VARIANTS[0]),
                "arguments": _arguments(method),
                "behaviour": _behaviour(method, waits.get(method.path)),
            }
            for resource in plan.resources
            for method in resource.methods
            if not method.internal
        },
        "senders": {
            f"{socket.name}.{sender.event}": {
                "operation": f"SEND {method.url}#{sender.event}",
                "class": f"coze_api.sockets.{socket.module}.{group.class_name}",
                "kind": "send",
                "returns": "None",
                "arguments": _arguments(sender),
            }
            for method in plan.methods
            for socket in ((method.socket,) if method.socket and not method.internal else ())
            for group in socket.root.groups
            for sender in group.senders
        },
        "models": {
            class_.name: {"module": f"coze_api.models.{module.name}", **_class(class_)}
            for module in plan.modules
            for class_ in sorted(module.classes, key=lambda class_: class_.name)
            if class_.name not in plan.internal
        },
        "shapes": {
            shape.name: {"alias": shape.alias}
            if shape.alias
            else {
                "keys": {
                    key.wire: {"type": key.annotation, "required": key.required}
                    for key in shape.keys
                }
            }
            for shape in plan.shapes
            if shape.name not in plan.internal
        },
        "events": {
            **{
                stream.name: {**dict(stream.data), "end": list(stream.end)}
                for stream in plan.streams
            },
            **{socket.events: socket.data for socket in plan.sockets},
        },
        "callbacks": {
            callback.name: {**dict(callback.data), "header": callback.about}
            for callback in plan.callbacks
        },
    }


def _arguments(method: Method | Sender) -> dict[str, Any]:
    return {
        argument.name: {
            "wire": f"{argument.location}.{argument.wire}",
            "type": argument.annotation,
            "required": argument.required,
        }
        for argument in method.arguments
    }


def _behaviour(method: Method, wait: Wait | None) -> dict[str, Any]:
    """Return what a method does besides sending one request; each key has rules in ``diff``."""
    paging = dict(method.paging.options) if method.paging else {}
    found: dict[str, Any] = {
        "repeatable": method.idempotent,
        "permission": method.permission,
        "paging-style": method.paging and method.paging.strategy,
        "page-total": paging.pop("total", None),
        "paging": method.paging and {**paging, "items": method.paging.items},
        "batch-size": method.batch and method.batch.size,
        "batch": method.batch and {"argument": method.batch.argument, "join": method.batch.join},
        "stream-outcome": method.stream and dict(method.stream.outcome),
        "stream-pause": method.stream and list(method.stream.pause),
        "stream-errors": method.stream and list(method.stream.errors),
        "recovery": method.recovery
        and {
            "retrieve": method.recovery.subject,
            "list": method.recovery.items,
            **dict(method.recovery.options),
        },
        "socket": method.socket and {**method.socket.options, "pipe": method.socket.pipe},
        "wait": wait
        and {
            **dict(wait.places),
            **{name: list(states) for name, states in wait.states},
            "arguments": [argument.name for argument in wait.arguments],
        },
    }
    return {key: value for key, value in found.items() if value}


def _class(class_: Model | EnumerationClass) -> dict[str, Any]:
    if class_.kind == "model":
        return {
            "fields": {
                field.name: {
                    "wire": field.wire,
                    "type": field.annotation,
                    "required": field.required,
                }
                for field in class_.fields
            }
        }
    return (
        {"members": dict(class_.members)}
        if class_.kind == "constants"
        else {"alias": class_.annotation}
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

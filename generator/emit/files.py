"""The files of the emitted package, made from a plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from generator.emit.render import render
from generator.emit.ruff import format_code
from generator.emit.shapes import request_shapes
from generator.emit.stamp import stamp
from generator.plan import docs
from generator.plan.resources import PAGING_CLASSES, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.plan import Method, Module, Plan, Resource, Socket

Files: TypeAlias = dict[str, bytes]
"""Paths below the output folder, with ``/``, to contents."""


def emit(document: dict[str, Any], plan: Plan, step: Callable[[str], None]) -> Files:
    """Return the source files of the package, formatted and stamped.

    Args:
        document: The effective spec.
        plan: The plan made from it.
        step: Told what is being done.
    """
    step("templates")
    sources = _sources(plan)
    step("request shapes")
    sources["params.py"] = request_shapes(plan.shapes, docs.uses(plan))
    step("format")
    files = {name: stamp(text).encode() for name, text in format_code(sources).items()}
    files["py.typed"] = b""
    files["openapi.json"] = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return files


def _sources(plan: Plan) -> dict[str, str]:
    classes = sorted(
        (module.name, class_.name) for module in plan.modules for class_ in module.classes
    )
    sources = {
        "__init__.py": render("package.py.jinja"),
        "events.py": _events_module(plan),
        "sockets/__init__.py": render(
            "sockets/__init__.py.jinja",
            sockets=plan.sockets,
            names=sorted(f"{one}{socket.name}" for socket in plan.sockets for one in ("", "Async")),
        ),
        "waiting.py": render("waiting.py.jinja", waits=plan.waits, pausing=plan.pausing),
        "resources/__init__.py": render("resources/__init__.py.jinja", root=plan.root),
        "models/__init__.py": render(
            "models/__init__.py.jinja",
            classes=classes,
            names=sorted({"Model", *(name for _, name in classes)}),
        ),
        "models/_model.py": render("models/_model.py.jinja"),
    }
    uses = docs.uses(plan)
    for module in plan.modules:
        sources[f"models/{module.name}.py"] = _model_module(module, uses, plan.first_shown)
    for resource in plan.resources:
        sources[f"resources/{resource.module}.py"] = _resource_module(resource)
    for method in plan.methods:
        if method.socket:
            sources[f"sockets/{method.socket.module}.py"] = _socket_module(method, method.socket)
    return sources


def _events_module(plan: Plan) -> str:
    # Sockets with the same events may share a union.
    unions = {socket.events: socket for socket in plan.sockets}
    return render(
        "events.py.jinja",
        names=plan.event_names,
        streams=plan.streams,
        callbacks=plan.callbacks,
        sockets=unions.values(),
        docs={name: docs.of_union(socket) for name, socket in unions.items()},
    )


def _socket_module(method: Method, socket: Socket) -> str:
    lower = socket.root.groups[:-1]
    return render(
        "sockets/socket.py.jinja",
        socket=socket,
        variants=VARIANTS,
        group_docs={
            "": docs.of_socket(method, socket),
            **{group.path: docs.of_group(group) for group in lower},
        },
        child_docs={group.path: docs.of_group(group, 8) for group in lower},
        sender_docs={sender.event: docs.of_sender(sender, method) for sender in socket.senders},
        pipe_doc=docs.of_pipe(socket),
    )


def _model_module(module: Module, uses: dict[str, str], first_shown: dict[str, str]) -> str:
    return render(
        "models/module.py.jinja",
        module=module,
        first_shown=first_shown,
        class_docs={class_.name: docs.of_class(class_, uses) for class_ in module.classes},
        field_docs={
            (class_.name, field.name): docs.of_field(field)
            for class_ in module.classes
            if class_.kind == "model"
            for field in class_.fields
        },
    )


def _resource_module(resource: Resource) -> str:
    return render(
        "resources/resource.py.jinja",
        resource=resource,
        variants=VARIANTS,
        paging_classes=PAGING_CLASSES,
        doc=docs.of_resource(resource),
        deprecated=docs.DEPRECATED,
        child_docs={child.name: docs.of_child(child) for child in resource.reachable},
        docs={method.name: docs.of_method(method) for method in resource.methods},
    )

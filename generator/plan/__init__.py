"""The plan: every decision about the emitted package, in frozen classes that templates read."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from generator.parse import parse
from generator.plan.behaviour import Stream
from generator.plan.methods import Method, make_methods
from generator.plan.models import Module, make_models
from generator.plan.resources import (
    Resource,
    answer_shapes,
    make_tree,
    request_shapes,
    walk_tree,
)
from generator.plan.schemas import Schemas
from generator.plan.shapes import Shape, make_shapes

__all__ = ["Method", "Module", "Plan", "Resource", "Shape", "Stream", "make_plan"]


@frozen
class Plan:
    """What will be emitted.

    Attributes:
        root: The tree of resources.
        modules: The modules of the models package.
        streams: The unions of events, by name.
        shapes: The request shapes.
    """

    root: Resource
    modules: tuple[Module, ...]
    streams: tuple[Stream, ...]
    shapes: tuple[Shape, ...]

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All nodes of the tree, the root first."""
        return tuple(walk_tree(self.root))

    @property
    def methods(self) -> tuple[Method, ...]:
        """All methods, in the order of the tree."""
        return tuple(method for resource in self.resources for method in resource.methods)


def make_plan(document: dict[str, Any]) -> Plan:
    """Decide everything about the package for an effective spec.

    Raises:
        GeneratorError: The document says something that the package can't express.
    """
    parsed = parse(document)
    schemas = Schemas(document.get("components", {}).get("schemas", {}), parsed)
    envelope = document.get("x-client-envelope", {})
    methods = [
        method
        for path, item in document["paths"].items()
        for http_method, operation in item.items()
        for method in make_methods(
            operation,
            parsed.endpoints[path, http_method],
            schemas,
            envelope,
            (path, http_method),
        )
    ]
    hidden = dict(method.hidden for method in methods if method.hidden)
    streams = {method.stream.name: method.stream for method in methods if method.stream}
    return Plan(
        make_tree(methods),
        make_models(schemas, answer_shapes(methods), hidden),
        tuple(streams[name] for name in sorted(streams)),
        make_shapes(schemas, request_shapes(methods)),
    )

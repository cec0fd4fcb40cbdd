"""What the pages of the API reference say: one page a resource, complete in itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.plan import docs
from generator.plan.models import Model
from generator.plan.resources import VARIANTS, answer_shapes, request_shapes
from generator.plan.texts import clean, markdown
from generator.plan.types import (
    Binary,
    Enumeration,
    ListOf,
    Reference,
    as_result,
    references,
    walk,
    without_null,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.plan import Plan
    from generator.plan.arguments import Argument
    from generator.plan.methods import Method
    from generator.plan.models import EnumerationClass
    from generator.plan.resources import Resource
    from generator.plan.shapes import RequestDict
    from generator.plan.types import TypeRef


@frozen
class Entry:
    """An argument, a field, a key or an event.

    Attributes:
        link: The anchor of the class that its type mentions; empty if it mentions none.
        remarks: Whether it is required, and its limits.
    """

    name: str
    type: str
    link: str
    remarks: tuple[str, ...]
    text: str


@frozen
class TypeEntry:
    """A class that the methods of a page take or return."""

    name: str
    text: str
    alias: str
    entries: tuple[Entry, ...]


@frozen
class MethodEntry:
    """A method, with a call of it.

    Attributes:
        values: The arguments of the call, as code.
        result: How the result is spelled; ``link`` is the anchor of its class.
        answer: What the call returns by the document's examples, as JSON; empty if by none.
        errors: When it raises.
    """

    method: Method
    summary: str
    text: str
    arguments: tuple[Entry, ...]
    values: tuple[tuple[str, str], ...]
    result: str
    link: str
    returns: str
    answer: str
    errors: str

    @property
    def anchor(self) -> str:
        """The anchor of its heading."""
        return anchor(self.method.path)


@frozen
class Page:
    """The page of a resource."""

    resource: Resource
    text: str
    methods: tuple[MethodEntry, ...]
    types: tuple[TypeEntry, ...]


def reference(plan: Plan) -> tuple[Page, ...]:
    """Return the pages of the public resources that have methods, in the order of the tree."""
    types = _Types(plan)
    return tuple(
        Page(
            resource,
            markdown(docs.what_it_is(resource)),
            tuple(_method(method, resource) for method in resource.methods),
            tuple(types.of(resource.methods)),
        )
        for resource in plan.resources
        if resource.methods and not resource.internal
    )


def anchor(name: str) -> str:
    """Return the anchor of a heading, as GitHub and the site make it."""
    return "".join(char for char in name.lower() if char.isalnum() or char in "_-")


def _method(method: Method, resource: Resource) -> MethodEntry:
    shown = [one for one in method.arguments if one.required or _belongs_in_call(one)]
    example: Any = method.answers.result.example
    mentioned = method.paging.item if method.paging else method.result
    return MethodEntry(
        method,
        docs.summary(method),
        markdown(method.text),
        tuple(map(_argument, method.arguments)),
        tuple((one.name, _code(one)) for one in shown),
        resource.returns(method, VARIANTS[0]),
        f"events{method.stream.name}".lower() if method.stream else _link(mentioned, "models"),
        markdown(docs.returns(method)),
        clean(json.dumps(example, ensure_ascii=False, indent=2)) if example else "",
        docs.when_raised({"call", method.kind}),
    )


def _belongs_in_call(argument: Argument) -> bool:
    """Return whether a call is of no use without an optional argument that holds messages."""
    type_ = without_null(argument.type)
    return isinstance(type_, ListOf) and argument.example not in (None, [{}], ["..."])


def _code(argument: Argument) -> str:
    if Binary() in walk(argument.type):
        code = '("file.bin", b"content")'
        return f"[{code}]" if isinstance(without_null(argument.type), ListOf) else code
    return repr(argument.example)


def _argument(argument: Argument) -> Entry:
    limits = " ".join(markdown(argument.limits).split())
    remarks = ("required" if argument.required else "", limits)
    return Entry(
        argument.name,
        argument.annotation,
        _link(argument.type, "params"),
        tuple(filter(None, remarks)),
        markdown(argument.text, indent=4),
    )


def _link(type_: TypeRef, space: str) -> str:
    names = [
        part.name
        for part in walk(type_)
        if isinstance(part, Reference | Enumeration) and part.name is not None
    ]
    return anchor(f"{space}.{names[0]}") if names else ""


class _Types:
    """The classes of a plan, by name."""

    def __init__(self, plan: Plan) -> None:
        self._uses = docs.uses(plan)
        self._models = {one.name: one for module in plan.modules for one in module.classes}
        self._shapes = {one.name: one for one in plan.shapes}

    def of(self, methods: Iterable[Method]) -> Iterator[TypeEntry]:
        """Yield what methods take and return, and what that holds, by name."""
        methods = tuple(methods)
        streams = {one.stream.name: one.stream for one in methods if one.stream}
        for stream in streams.values():
            entries = (
                Entry(name, as_result(type_), _link(type_, "models"), (), "")
                for names, type_ in stream.groups
                for name in names
            )
            yield TypeEntry(f"events.{stream.name}", "", "", tuple(entries))
        for name in _closure(answer_shapes(methods), self._models):
            yield self._model(self._models[name])
        for name in _closure(request_shapes(methods), self._shapes):
            yield self._shape(self._shapes[name])

    def _model(self, class_: Model | EnumerationClass) -> TypeEntry:
        name, text = f"models.{class_.name}", markdown(class_.text or self._uses[class_.name])
        if not isinstance(class_, Model):
            members = (Entry(name, repr(value), "", (), "") for name, value in class_.members)
            alias = class_.annotation if class_.kind == "alias" else ""
            return TypeEntry(name, text, alias, () if alias else tuple(members))
        fields = (
            Entry(
                one.name,
                one.annotation,
                _link(one.type, "models"),
                (),
                markdown(one.text, indent=4),
            )
            for one in class_.fields
        )
        return TypeEntry(name, text, "", tuple(fields))

    def _shape(self, shape: RequestDict) -> TypeEntry:
        texts = shape.schema.get("properties", {})
        keys = (
            Entry(
                key.wire,
                key.annotation,
                _link(key.type, "params"),
                ("required",) if key.required else (),
                markdown(texts.get(key.wire, {}).get("description", ""), indent=4),
            )
            for key in shape.keys
        )
        text = markdown(shape.schema.get("description", "") or self._uses[shape.name])
        return TypeEntry(f"params.{shape.name}", text, shape.alias or "", tuple(keys))


def _closure(roots: frozenset[str], classes: dict[str, Any]) -> list[str]:
    """Return the classes that the roots mention, directly or through others, by name."""
    found: set[str] = set()
    waiting = roots & classes.keys()
    while waiting:
        found |= waiting
        parts = [
            part.type
            for name in waiting
            for part in getattr(classes[name], "fields", getattr(classes[name], "keys", ()))
        ]
        waiting = frozenset[str]().union(*map(references, parts)) & classes.keys() - found
    return sorted(found)

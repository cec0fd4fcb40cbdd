"""The plan: every decision about the emitted package, in frozen classes that templates read.

How a plan is made, in the order in which ``make_plan`` does it::

    gate       what no other part of the plan reads is refused, so that nothing is passed over
    parse      openapi-python-client reads the structure; what it would leave out is an error
    schemas    types and properties, read from the effective spec through ``normalise.objects``
    unions     how the classes of a union are distinguished
    methods    one operation becomes one method, or two where its answer can be streamed:
                 arguments and bodies say what it sends, answers what it returns,
                 extensions what its ``x-client-*`` keys add
    models     the classes that answers reach; shapes: the TypedDicts that arguments reach
    resources  methods arranged into a tree by their dotted paths
    sockets    the events of a WebSocket: senders, and the union of what is received
    waits      what an operation starts, and how its end is recognised
    docs, texts   docstrings, asked for while files are emitted

**Decide here, print there.** A template branches on a field of the plan, never on the document.
What two templates would both work out is a property of a frozen class. So a plan can be tested
without printing, and ``manifest.py`` describes the public surface from the plan alone.

**Types are values.** ``types.TypeRef`` is a closed union of small classes. One type is spelled in
three ways, for a field, an argument or a result (``as_field``, ``as_argument``, ``as_result``):
enumerations are closed in arguments and open in answers, lists are ``Sequence`` in arguments.

**Two readers, one truth.** The parser's word on structure, the fields of each planned class and
the keys of each printed TypedDict are compared with what ``normalise.objects`` says of the schema
(``Objects.check``). A disagreement is an error of the build, not a missing attribute in a client.

**Public and internal.** The plan is made for all methods. What only internal methods reach is the
difference to the classes of a plan for the public ones; exports and the manifest leave it out.

**Errors** carry the JSON pointer of the place in the effective spec. ``gather`` runs all operations
and collects what they refuse, ``Faults`` does so for parts of the plan that do not need each other:
one build reports everything.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.errors import Faults, GeneratorError, gather, raise_all
from generator.normalise.objects import Objects
from generator.normalise.walk import operations
from generator.plan.extensions import Callback, Stream, callbacks
from generator.plan.gate import check_operations
from generator.plan.methods import Method, make_methods
from generator.plan.models import Model, Module, make_models
from generator.plan.resources import (
    Resource,
    answer_shapes,
    make_tree,
    request_shapes,
    walk_tree,
)
from generator.plan.schemas import Schemas
from generator.plan.shapes import RequestDict, make_shapes
from generator.plan.sockets import Socket, check_sockets
from generator.plan.types import Reference
from generator.plan.unions import Tags, make_tags
from generator.plan.waits import Wait, make_waits
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Callback",
    "Method",
    "Module",
    "Plan",
    "RequestDict",
    "Resource",
    "Socket",
    "Stream",
    "make_plan",
]


@frozen
class Plan:
    """What will be emitted.

    Attributes:
        root: The tree of resources.
        modules: The modules of the models package.
        streams: The unions of events that streams deliver, by name.
        callbacks: The unions of events that callbacks tell, by name.
        sockets: The sockets, by name.
        shapes: The request shapes.
        waits: What takes time.
        internal: The names of models and shapes that only internal methods lead to.
    """

    root: Resource
    modules: tuple[Module, ...]
    streams: tuple[Stream, ...]
    callbacks: tuple[Callback, ...]
    sockets: tuple[Socket, ...]
    shapes: tuple[RequestDict, ...]
    waits: tuple[Wait, ...]
    internal: frozenset[str]

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All nodes of the tree, the root first."""
        return tuple(walk_tree(self.root))

    @property
    def event_names(self) -> tuple[str, ...]:
        """The names of all unions of events, and of the results of streams."""
        names = {stream.result_name for stream in self.streams} - {""}
        names |= {socket.events for socket in self.sockets}
        return tuple(sorted(names.union(one.name for one in (*self.streams, *self.callbacks))))

    @property
    def pausing(self) -> tuple[Method, ...]:
        """The methods whose streams may pause, to be gone on with."""
        return tuple(method for method in self.methods if method.stream and method.stream.pause)

    @property
    def first_shown(self) -> dict[str, str]:
        """For each class of messages, the field of the text, with which its ``repr`` begins."""
        return {
            stream.parts[0].name: str(dict(stream.outcome)["text"])
            for stream in self.streams
            if stream.parts and isinstance(stream.parts[0], Reference)
        }

    @property
    def methods(self) -> tuple[Method, ...]:
        """All methods, in the order of the tree."""
        return tuple(method for resource in self.resources for method in resource.methods)


def make_plan(document: dict[str, Any]) -> Plan:
    """Decide everything about the package for an effective spec.

    Raises:
        GeneratorError: The document says something that the package can't express.
    """
    # What only a build needs takes longer to import than a comparison of documents takes.
    from generator.parse import parse  # noqa: PLC0415

    check_operations(document)
    objects = Objects(document.get("components", {}).get("schemas", {}))
    parsed = parse(document, objects)
    schemas = Schemas(objects, parsed)
    tags = make_tags(document, objects)
    methods = gather(
        partial(make_methods, document, schemas, (path, http_method))
        for path, http_method, _ in operations(document)
    )
    sent = [
        callback
        for path, http_method, operation in operations(document)
        for callback in callbacks(operation, schemas, join("/paths", path, http_method))
    ]
    hidden = dict(
        result.hidden for method in methods for result in method.answers.results if result.hidden
    )
    faults = Faults()
    streams, sent_by_name = faults.attempt(partial(_unions, methods, sent), ({}, {}))
    waits = faults.attempt(partial(make_waits, _waits(document), methods, schemas), [])
    classes = partial(_classes, schemas, methods, sent, hidden, tags)
    modules, shapes = faults.attempt(classes, ((), ()))
    opened = [method.socket for method in methods if method.socket]
    sockets = faults.attempt(partial(check_sockets, opened, [*streams, *sent_by_name]), ())
    raise_all(faults)
    _check_members(schemas, modules, shapes, hidden)
    public = _classes(
        schemas, [method for method in methods if not method.internal], sent, hidden, tags
    )
    return Plan(
        make_tree(methods, _texts(document), document.get("x-client-instead", {})),
        modules,
        tuple(streams[name] for name in sorted(streams)),
        tuple(sent_by_name[name] for name in sorted(sent_by_name)),
        sockets,
        shapes,
        tuple(waits),
        _names(modules, shapes) - _names(*public),
    )


def _waits(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, http_method, operation in operations(document):
        if "x-client-wait" in operation:
            yield join("/paths", path, http_method), operation["x-client-wait"]


def _texts(document: dict[str, Any]) -> dict[str, str]:
    """Return what resources are: a tag may have the name of one."""
    return {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}


def _unions(
    methods: list[Method], sent: list[Callback]
) -> tuple[dict[str, Stream], dict[str, Callback]]:
    """Return the unions of events of streams and of callbacks, by name.

    Methods that deliver the same events share one; each callback has its own.
    """
    streams: dict[str, Stream] = {}
    by_name: dict[str, Callback] = {}
    errors: list[GeneratorError] = []

    def refuse(name: str, pointer: str, remedy: str) -> None:
        message = f"two unions of events would both be called {name}"
        errors.append(GeneratorError(message, pointer=pointer, remedy=remedy))

    for method in methods:
        stream = method.stream
        if stream and set(streams.setdefault(stream.name, stream).data) != set(stream.data):
            remedy = "Choose another name in x-client-stream, or give both the same events."
            refuse(stream.name, f"{method.pointer}/x-client-stream", remedy)
    for callback in sent:
        if callback.name in streams or by_name.setdefault(callback.name, callback) != callback:
            refuse(callback.name, callback.pointer, "Choose another name in x-client-events.")
    raise_all(errors)
    return streams, by_name


def _classes(
    schemas: Schemas,
    methods: list[Method],
    sent: list[Callback],
    hidden: dict[str, frozenset[str]],
    tags: dict[str, Tags],
) -> tuple[tuple[Module, ...], tuple[RequestDict, ...]]:
    """Return what the answers and the arguments of methods, and callbacks, need."""
    answers = answer_shapes(methods).union(*(callback.references for callback in sent))
    faults = Faults()
    modules = faults.attempt(partial(make_models, schemas, answers, hidden, tags), ())
    shapes = faults.attempt(partial(make_shapes, schemas, request_shapes(methods)), ())
    raise_all(faults)
    return modules, shapes


def _check_members(
    schemas: Schemas,
    modules: tuple[Module, ...],
    shapes: tuple[RequestDict, ...],
    hidden: dict[str, frozenset[str]],
) -> None:
    """Refuse a plan in which a class lacks what its schema has, or has what it lacks."""
    objects = schemas.objects
    for class_ in (class_ for module in modules for class_ in module.classes):
        if isinstance(class_, Model):
            found = {one.wire: one.required for one in class_.fields}
            found |= dict.fromkeys(class_.spellings, False)
            left_out = hidden.get(class_.name, frozenset()) | schemas.saying(
                class_.name, "writeOnly"
            )
            due = objects.of(class_.name).named()
            objects.check(
                class_.name, found | {w: due[w] for w in left_out if w in due}, "its class"
            )
    for shape in shapes:
        if shape.alias is None:
            found = {key.wire: key.required for key in shape.keys}
            due = objects.of(shape.name).named()
            left_out = schemas.saying(shape.name, "readOnly")
            objects.check(shape.name, found | {w: due[w] for w in left_out}, "its request shape")


def _names(modules: tuple[Module, ...], shapes: tuple[RequestDict, ...]) -> frozenset[str]:
    models = {class_.name for module in modules for class_ in module.classes}
    return frozenset(models | {shape.name for shape in shapes})

"""The tree of resources: one class pair and one module for each node."""

from __future__ import annotations

import ast
import keyword
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from generator.client_keys import PAGING_STYLES
from generator.errors import GeneratorError, raise_all
from generator.json_values import pascal
from generator.plan.types import as_result, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.plan.methods import Method


@frozen
class Resource:
    """A node of the tree.

    Attributes:
        path: Dotted, as in ``bots.versions``; empty for the root.
        text: What the tag of that name says; empty if there is none.
        methods: Its own methods, by name.
        children: The resources below it, by name.
        instead: Attributes of other clients, and the resources that stand for them.
    """

    path: str
    text: str
    methods: tuple[Method, ...]
    children: tuple[Resource, ...]
    instead: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The attribute under which it is reached."""
        return self.path.rpartition(".")[2]

    @property
    def class_name(self) -> str:
        """The name of its synchronous class."""
        return pascal(self.path) if self.path else "CozeAPI"

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of its classes, one for each variant."""
        return tuple(variant.prefix + self.class_name for variant in VARIANTS)

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.path.replace(".", "_") or "_root"

    @property
    def internal(self) -> bool:
        """Whether only internal methods are in and below it."""
        return all(one.internal for one in (*self.methods, *self.children))

    @property
    def reachable(self) -> tuple[Resource, ...]:
        """The children that are its attributes: nothing public leads to internal methods."""
        return tuple(child for child in self.children if self.internal or not child.internal)

    @property
    def list_name(self) -> str:
        """The word for the built-in ``list``, which a method of that name hides."""
        return "builtins.list" if "list" in self.members else "list"

    @property
    def members(self) -> tuple[str, ...]:
        """The names of its attributes: of methods, and of the resources directly below it."""
        return tuple(one.name for one in (*self.methods, *self.children))

    def returns(self, method: Method, variant: Variant) -> str:
        """Return the return annotation of a method."""
        match method.kind:
            case "list" if method.paging:
                item = as_result(method.paging.item, list_name=self.list_name)
                return f"{variant.page}[{item}]"
            case "stream" if method.stream:
                kinds = filter(None, (method.stream.name, method.stream.result_name))
                return f"{variant.prefix}Stream[{', '.join(f'events.{kind}' for kind in kinds)}]"
            case "download":
                return f"{variant.prefix}Download"
            case "socket" if method.socket:
                return f"sockets.{variant.prefix}{method.socket.name}"
            case _:
                return as_result(method.result, list_name=self.list_name)


@frozen
class Variant:
    """What differs between the synchronous and the asynchronous class of a resource."""

    prefix: str
    page: str
    define: dict[str, str]
    awaits: dict[str, str]


PAGING_CLASSES: Final = tuple(sorted(style.strategy for style in PAGING_STYLES.values()))
"""The classes of the runtime that page."""
# What a module of resources imports.
_IMPORTED = frozenset({
    "Any", "AsyncDownload", "AsyncPages", "AsyncResource", "AsyncStream", "BatchOperation",
    "Download", "Endpoint", "FileContent", "ListOperation", "Literal", "Mapping", "NoneType",
    "Operation", "Outcome", "Page", "Pipe", "Recovery", "Resource", "Sequence", "SocketOperation",
    "Stream", "StreamOperation", *PAGING_CLASSES,
})  # fmt: skip
_KINDS = ("call", "list", "batch", "stream", "download", "socket")
_LAZY = ("list", "stream", "socket")
VARIANTS = (
    Variant("", "Page", dict.fromkeys(_KINDS, "def"), dict.fromkeys(_KINDS, "")),
    Variant(
        "Async",
        "AsyncPages",
        {kind: "def" if kind in _LAZY else "async def" for kind in _KINDS},
        {kind: "" if kind in _LAZY else "await " for kind in _KINDS},
    ),
)


def make_tree(
    methods: Iterable[Method], texts: Mapping[str, str], instead: Mapping[str, str]
) -> Resource:
    """Arrange methods into the tree of resources, sorted by name.

    Args:
        methods: All methods.
        texts: What resources are, by path.
        instead: Attributes of other clients, and the resources that stand for them.

    Raises:
        GeneratorError: A method has the path of a resource, a name means something else in the
            emitted code, or an internal method has public neighbours.
    """
    by_path = {method.path: method for method in methods}
    paths = {""}
    for method in by_path.values():
        parts = method.path.split(".")[:-1]
        paths.update(".".join(parts[: end + 1]) for end in range(len(parts)))
    root = evolve(_node("", by_path, sorted(paths - {""}), texts), instead=tuple(instead.items()))
    raise_all(
        [
            *(fault for method in by_path.values() for fault in _check_recovery(method, by_path)),
            *(
                GeneratorError(
                    f"{path} is a method, and the resource of other methods",
                    pointer=f"{by_path[path].pointer}/operationId",
                    remedy="Rename the method or the resource in an overlay.",
                )
                for path in paths & by_path.keys()
            ),
            *(
                GeneratorError(
                    f"the client has {other}"
                    if other in root.members
                    else f"there is no resource {own}",
                    pointer=f"/x-client-instead/{other}",
                    remedy="Drop it, or correct the name in an overlay.",
                )
                for other, own in root.instead
                if other in root.members or own not in paths
            ),
            *_check_classes(root),
            *(
                fault
                for resource in walk_tree(root)
                for check in (_check_members, _check_company)
                for fault in check(resource)
            ),
        ]
    )
    return root


def walk_tree(resource: Resource) -> Iterable[Resource]:
    """Return the resource and all below it."""
    yield resource
    for child in resource.children:
        yield from walk_tree(child)


def _node(
    path: str, methods: dict[str, Method], paths: list[str], texts: Mapping[str, str]
) -> Resource:
    own = sorted(
        (method for method in methods.values() if method.resource == path),
        key=lambda method: method.name,
    )
    children = [other for other in paths if other.rpartition(".")[0] == path]
    nodes = (_node(child, methods, paths, texts) for child in children)
    return Resource(path, texts.get(path, ""), tuple(own), tuple(nodes))


def _check_classes(root: Resource) -> Iterator[GeneratorError]:
    taken = dict.fromkeys(_IMPORTED, "what the runtime calls so")
    taken |= dict.fromkeys(keyword.kwlist, "a word of Python")
    for resource in walk_tree(root):
        for name in resource.class_names:
            other = taken.setdefault(name, resource.path)
            if other != resource.path:
                yield GeneratorError(
                    f"the class {name} would be the resource {resource.path}, and {other}",
                    pointer=_pointer(resource),
                    remedy="Rename the resource in an overlay.",
                )


def _check_members(resource: Resource) -> Iterator[GeneratorError]:
    mentioned = {"cached_property"}
    for method in resource.methods:
        mentioned.update(mark for mark in ("deprecated", "instead") if getattr(method, mark))
        annotations = [argument.annotation for argument in method.arguments]
        for text in (resource.returns(method, VARIANTS[0]), *annotations):
            nodes = ast.walk(ast.parse(text, mode="eval"))
            mentioned.update(node.id for node in nodes if isinstance(node, ast.Name))
    for name in sorted(mentioned.intersection(resource.members)):
        yield GeneratorError(
            f"{name} beside the other attributes of {resource.path or 'the client'} hides what "
            "their annotations mean by that",
            pointer=_pointer(resource),
            remedy="Give it another name in an overlay.",
        )


def _pointer(resource: Resource) -> str:
    """Return the place of the first operation in it."""
    while not resource.methods:
        resource = resource.children[0]
    return f"{resource.methods[0].pointer}/operationId"


def _check_company(resource: Resource) -> Iterator[GeneratorError]:
    """Refuse an internal method whose resource has public ones: it would be public."""
    for method in resource.methods:
        if method.internal and not resource.internal:
            yield GeneratorError(
                f"{method.path} is internal, and other methods of its resource are public",
                pointer=f"{method.pointer}/operationId",
                remedy="Give it a resource of its own in an overlay.",
            )


def _check_recovery(method: Method, methods: dict[str, Method]) -> Iterator[GeneratorError]:
    """Refuse a stream that recovers by methods that don't exist, or that do more than read."""
    recovery = method.recovery
    for name in (recovery.subject, recovery.items) if recovery else ():
        path = f"{method.resource}.{name}"
        if path not in methods or methods[path].http_method != "GET":
            yield GeneratorError(
                f"{method.path} recovers with {path}, which is not a method that only reads",
                pointer=f"{method.pointer}/x-client-stream/recover",
                remedy="Name a method of a GET operation.",
            )


def request_shapes(methods: Iterable[Method]) -> frozenset[str]:
    """Return the components that arguments mention."""
    methods = tuple(methods)
    senders = (sender for method in methods if method.socket for sender in method.socket.senders)
    return frozenset[str]().union(
        *(references(one.type) for owner in (*methods, *senders) for one in owner.arguments)
    )


def answer_shapes(methods: Iterable[Method]) -> frozenset[str]:
    """Return the components that results and events mention."""
    found: set[str] = set()
    for method in methods:
        found |= references(method.result)
        for _, type_ in method.stream.groups if method.stream else ():
            found |= references(type_)
        for type_ in method.socket.received.values() if method.socket else ():
            found |= references(type_)
    return frozenset(found)

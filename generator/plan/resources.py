"""The tree of resources: one class pair and one module for each node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from generator.errors import GeneratorError
from generator.plan.names import class_name
from generator.plan.types import as_result, references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.plan.methods import Method


@frozen
class Resource:
    """A node of the tree.

    Attributes:
        path: Dotted, as in ``bots.versions``; empty for the root.
        methods: Its own methods, by name.
        children: The resources below it, by name.
    """

    path: str
    methods: tuple[Method, ...]
    children: tuple[Resource, ...]

    @property
    def name(self) -> str:
        """The attribute under which it is reached."""
        return self.path.rpartition(".")[2]

    @property
    def class_name(self) -> str:
        """The name of its synchronous class."""
        return class_name(tuple(self.path.split("."))) if self.path else "CozeAPI"

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.path.replace(".", "_") or "_root"

    @property
    def list_name(self) -> str:
        """The word for the built-in ``list``, which a method of that name hides."""
        has_list = any(method.name == "list" for method in self.methods)
        return "builtins.list" if has_list else "list"

    def returns(self, method: Method, twin: Twin) -> str:
        """The return annotation of a method."""
        match method.kind:
            case "list" if method.paging:
                return f"{twin.page}[{as_result(method.paging.item)}]"
            case "stream" if method.stream:
                return f"{twin.prefix}Stream[events.{method.stream.name}]"
            case "download":
                return f"{twin.prefix}Download"
            case _:
                hides_list = any(other.name == "list" for other in self.methods)
                return as_result(method.result, list_name="builtins.list" if hides_list else "list")


@frozen
class Twin:
    """What differs between the synchronous and the asynchronous class of a resource."""

    prefix: str
    page: str
    define: dict[str, str]
    awaits: dict[str, str]


_KINDS = ("call", "list", "batch", "stream", "download")
_LAZY = ("list", "stream")
TWINS = (
    Twin("", "Page", dict.fromkeys(_KINDS, "def"), dict.fromkeys(_KINDS, "")),
    Twin(
        "Async",
        "AsyncPages",
        {kind: "def" if kind in _LAZY else "async def" for kind in _KINDS},
        {kind: "" if kind in _LAZY else "await " for kind in _KINDS},
    ),
)


def make_tree(methods: Iterable[Method]) -> Resource:
    """Arrange methods into the tree of resources, sorted by name.

    Raises:
        GeneratorError: Two methods have one path, or a method has the path of a resource.
    """
    by_path: dict[str, Method] = {}
    for method in methods:
        other = by_path.setdefault(method.path, method)
        if other is not method:
            raise GeneratorError(
                f"{other.http_method} {other.url} and {method.http_method} {method.url} are both "
                f"called {method.path}",
                pointer=f"{method.pointer}/operationId",
                remedy="Give one of them another operationId in an overlay.",
            )
    paths = {""}
    for method in by_path.values():
        parts = method.path.split(".")[:-1]
        paths.update(".".join(parts[: end + 1]) for end in range(len(parts)))
    for path in sorted(paths & by_path.keys()):
        raise GeneratorError(
            f"{path} is a method, and the resource of other methods",
            pointer=f"{by_path[path].pointer}/operationId",
            remedy="Rename the method or the resource in an overlay.",
        )
    return _node("", by_path, sorted(paths - {""}))


def walk_tree(resource: Resource) -> Iterable[Resource]:
    """The resource and all below it."""
    yield resource
    for child in resource.children:
        yield from walk_tree(child)


def _node(path: str, methods: dict[str, Method], paths: list[str]) -> Resource:
    own = sorted(
        (method for method in methods.values() if method.resource == path),
        key=lambda method: method.name,
    )
    children = [other for other in paths if other.rpartition(".")[0] == path]
    return Resource(path, tuple(own), tuple(_node(child, methods, paths) for child in children))


def request_shapes(methods: Iterable[Method]) -> frozenset[str]:
    """The components that arguments mention."""
    return frozenset[str]().union(
        *(references(argument.type) for method in methods for argument in method.arguments)
    )


def answer_shapes(methods: Iterable[Method]) -> frozenset[str]:
    """The components that results and events mention."""
    found: set[str] = set()
    for method in methods:
        found |= references(method.result)
        for _, type_ in method.stream.groups if method.stream else ():
            found |= references(type_)
    return frozenset(found)

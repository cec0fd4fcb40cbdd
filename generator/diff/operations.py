"""The operations of a document, and which of them are the same in another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from generator.diff.document import Node, Part, list_at, object_at, objects_at
from generator.errors import GeneratorError
from generator.normalise.parts import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.diff.document import Document

_PARAMETER: Final = re.compile(r"\{([^{}]*)\}")


@frozen(eq=False)
class Operation:
    """An operation and what it shares with its path.

    Attributes:
        method: The HTTP method in upper case.
        path: The path, with the names of its parameters.
        key: Method and path, path parameters without names: what makes it the same elsewhere.
        part: The operation object.
        parameters: Its parameters and those of its path: by place and name, those in the path by
            their position.
    """

    method: str
    path: str
    key: str
    part: Part
    parameters: dict[tuple[str, str], Part]

    @property
    def node(self) -> Node:
        """The operation object itself."""
        return self.part[0]

    @property
    def label(self) -> str:
        """How reports name it."""
        return f"{self.method} {self.path}"


def operations_of(document: Document) -> dict[str, Operation]:
    """The operations of a document, by key."""
    found: dict[str, Operation] = {}
    for path, part in objects_at((document.root, ""), "paths"):
        if path.startswith("/"):
            for operation in in_item(document, path, part):
                # Two paths that differ in the names of parameters only are told apart by these.
                key = operation.label if operation.key in found else operation.key
                found[key] = operation
    return found


def in_item(document: Document, path: str, part: Part) -> Iterator[Operation]:
    """The operations of a path item."""
    item = document.follow(part)
    for method in METHODS:
        if item[0].get(method) is not None:
            operation = object_at(item, method)
            yield Operation(
                method.upper(),
                path,
                erased(method, path),
                operation,
                _parameters(document, path, item, operation),
            )


def erased(method: str, path: str) -> str:
    """Method and path, path parameters without names."""
    return f"{method.upper()} {_PARAMETER.sub('{}', path)}"


def _parameters(
    document: Document, path: str, item: Part, operation: Part
) -> dict[tuple[str, str], Part]:
    positions = {name: str(at) for at, name in enumerate(_PARAMETER.findall(path))}
    found: dict[tuple[str, str], Part] = {
        # A path parameter that nothing describes is a text.
        ("path", at): ({"name": name, "in": "path", "required": True}, item[1])
        for name, at in positions.items()
    }
    for owner in (item, operation):
        for part in list_at(owner, "parameters"):
            node, pointer = document.follow(part)
            name, place = node.get("name"), node.get("in")
            if not isinstance(name, str) or not isinstance(place, str):
                raise GeneratorError(
                    "a parameter has no name or no place",
                    pointer=pointer,
                    remedy="Give it 'name' and 'in'.",
                )
            told = positions.get(name, name) if place == "path" else name
            found[place, told.lower() if place == "header" else told] = (node, pointer)
    return found

"""Models in the shape that the generator gives them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # hints are read at run time
from typing import Any, ClassVar, Literal, TypeVar, cast, dataclass_transform

import attrs

C = TypeVar("C")

OpenEnum = Literal["a"] | str
"""What enumerations of the API are."""


class Model:  # noqa: PLW1641  # Python makes what has __eq__ unhashable
    __slots__ = ("_response",)
    __wire_names__: ClassVar[Mapping[str, str]] = {}

    def to_dict(self) -> dict[str, Any]:
        fields = attrs.fields(cast("type[Any]", type(self)))
        return {field.name: getattr(self, field.name) for field in fields}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and other.to_dict() == self.to_dict()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.to_dict()})"


@dataclass_transform(kw_only_default=True)
def model(cls: type[C]) -> type[C]:
    made = attrs.define(slots=False, kw_only=True, eq=False, repr=False)(cls)
    for field in attrs.fields(made):
        if field.default is not attrs.NOTHING:
            setattr(made, field.name, field.default)
    return made


@model
class Usage(Model):
    token_count: int
    cost: float | None = None


@model
class Message(Model):
    id: str
    role: Literal["user", "assistant"] | str  # open, and checkers complete it
    content: str
    created_at: int | None = None
    usage: Usage | None = None
    meta_data: dict[str, str] | None = None
    tags: list[str] | None = None
    extra: Any = None


@model
class MessageList(Model):
    messages: list[Message]
    has_more: bool


@model
class Tree(Model):
    name: str
    children: list[Tree] | None = None


@model
class Renamed(Model):
    input_schema: str
    ttl: int | None = None
    __wire_names__: ClassVar[Mapping[str, str]] = {"input_schema": "inputSchema"}


@model
class Votes(Model):
    id: str
    additional_properties: dict[str, int] | None = None
    __wire_names__: ClassVar[Mapping[str, str]] = {"additional_properties": "*"}


@model
class HoldsRenamed(Model):
    tools: dict[str, list[Renamed]]


@model
class Text(Model):
    __tags__: ClassVar[Mapping[str, frozenset[object]]] = {"kind": frozenset({"text"})}
    kind: Literal["text"] | str
    value: str
    lang: str | None = None


@model
class Image(Model):
    __tags__: ClassVar[Mapping[str, frozenset[object]]] = {"kind": frozenset({"image"})}
    kind: Literal["image"] | str
    value: str


@model
class File(Model):
    file_id: str
    name: str | None = None


@model
class Block(Model):
    part: Text | Image | File | None = None
    parts: list[Text | Image] | list[str] | None = None

"""How the body of a request is written: its encoding, and the arguments that fill it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import evolve, frozen

from generator.errors import Faults, GeneratorError, raise_all
from generator.normalise.media import JSON, kind_of
from generator.normalise.objects import REST, referred
from generator.plan.arguments import (
    Argument,
    body_argument,
    delimiter,
    no_file_here,
    refuse_objects,
)
from generator.plan.types import (
    ANY,
    Binary,
    ListOf,
    MapOf,
    Reference,
    TypeRef,
    walk,
    without_null,
)
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.plan.schemas import Property, Schemas

Encoding: TypeAlias = Literal["json", "form", "multipart", "raw"]
_BODY: Final = "body"
_TEXT: Final = ("text/", "application/xml")


@frozen
class Body:
    """A request body.

    Attributes:
        encoding: How it is written.
        arguments: What callers give.
        media_types: The media types of files and fields, by name; that of a raw body, or of JSON
            with one of its own, as ``body``.
        delimiters: What joins the items of lists, by name.
    """

    encoding: Encoding = "json"
    arguments: tuple[Argument, ...] = ()
    media_types: tuple[tuple[str, str], ...] = ()
    delimiters: tuple[tuple[str, str], ...] = ()


def read_body(body: dict[str, Any], schemas: Schemas, pointer: str) -> Body:
    """Return how a request body is written.

    Raises:
        GeneratorError: It is of a kind that the client can't write.
    """
    for media_type, media in body.get("content", {}).items():
        place = join(pointer, "content", media_type)
        match kind_of(media_type):
            case "raw" | "events":
                return _raw(media_type, media, schemas, place, required=body.get("required", False))
            case kind:
                fields = _fields(media.get("schema", {}), schemas, place)
                form = _Form(kind, fields, media.get("encoding", {}), schemas, place).read()
                own = kind == "json" and media_type != JSON
                return evolve(form, media_types=((_BODY, media_type),)) if own else form
    return Body()


def _raw(
    media_type: str, media: dict[str, Any], schemas: Schemas, place: str, *, required: bool
) -> Body:
    schema = media.get("schema", {})
    type_ = without_null(schemas.type_of(schema, join(place, "schema")))
    is_bytes = type_ == Binary() or (type_ == ANY and not media_type.startswith(_TEXT))
    if "*" in media_type or not is_bytes:
        raise GeneratorError(
            f"a body in {media_type} can't be written",
            pointer=place,
            remedy="Describe it in JSON, or as {type: string, format: binary} in one media type "
            "for a method that takes the bytes, in an overlay.",
        )
    text = schemas.text_of(schema).strip()
    argument = Argument(_BODY, _BODY, "files", Binary(), required, None, text)
    return Body("raw", (argument,), ((_BODY, media_type),))


def _fields(schema: dict[str, Any], schemas: Schemas, place: str) -> list[Property]:
    name = referred(schema)
    if schemas.is_model(name):
        return schemas.request_properties(name)
    if schema:
        raise GeneratorError(
            "the body is not an object with properties, so no arguments stand for it",
            pointer=place,
            remedy="List its properties in an overlay, or remove the body there.",
        )
    return []


@frozen
class _Form:
    """A body of fields."""

    encoding: Literal["json", "form", "multipart"]
    fields: list[Property]
    described: dict[str, Any]
    schemas: Schemas
    place: str

    def read(self) -> Body:
        faults = Faults(self._misnamed())
        fields = [
            one for prop in self.fields for one in faults.attempt(partial(self._field, prop), [])
        ]
        raise_all(faults)
        return Body(
            self.encoding,
            tuple(argument for argument, _, _ in fields),
            tuple((argument.wire, one) for argument, one, _ in fields if one),
            tuple((argument.wire, one) for argument, _, one in fields if one),
        )

    def _field(self, prop: Property) -> list[tuple[Argument, str, str]]:
        """Return the argument of a field, its media type, and what joins its items."""
        argument = body_argument(prop, self.schemas)
        encoding: dict[str, Any] = self.described.get(prop.wire, {})
        place = join(self.place, "encoding", prop.wire)
        type_ = argument.type
        if prop.wire == REST and isinstance(type_, MapOf):
            type_ = type_.value
        if argument.location == "files":
            self._check_file(type_, prop.pointer)
        if self.encoding == "multipart":
            return [(argument, _part_type(type_, encoding, place), "")]
        if self.encoding == "form" and kind_of(encoding.get("contentType", "")) != "json":
            refuse_objects(type_, "a form", prop.pointer)
            return [(argument, "", delimiter(encoding, type_, place))]
        return [(argument, "", "")]

    def _misnamed(self) -> Iterator[GeneratorError]:
        known = [prop.wire for prop in self.fields]
        for name, encoding in self.described.items():
            place = join(self.place, "encoding", name)
            if name not in known:
                yield GeneratorError(
                    f"the encoding of {name!r} is that of no field",
                    pointer=place,
                    remedy=f"Name one of {', '.join(known)} in an overlay, or remove it there.",
                )
            if encoding.get("headers") and self.encoding == "multipart":
                yield GeneratorError(
                    "headers of a part of a form are not supported",
                    pointer=join(place, "headers"),
                    remedy="Remove them in an overlay.",
                )

    def _check_file(self, type_: TypeRef, pointer: str) -> None:
        if self.encoding != "multipart":
            raise no_file_here(pointer)
        type_ = without_null(type_)
        if without_null(type_.item if isinstance(type_, ListOf) else type_) != Binary():
            raise GeneratorError(
                "a file within another value can't be sent",
                pointer=pointer,
                remedy="Make it a field of its own, or a text, in an overlay.",
            )


def _part_type(type_: TypeRef, encoding: dict[str, Any], place: str) -> str:
    """Return the media type of a part, or nothing where it is left to the caller, or a text."""
    given: str = encoding.get("contentType", "")
    parts = list(walk(type_))
    if Binary() in parts:
        return "" if "," in given or "*" in given else given
    is_object = any(isinstance(part, Reference | MapOf) for part in parts)
    if not given:
        return JSON if is_object else ""
    fits = kind_of(given) == "json" or (not is_object and "," not in given and "*" not in given)
    if not fits:
        raise GeneratorError(
            f"this field can't be written in {given}",
            pointer=join(place, "contentType"),
            remedy=f"Name {JSON} or, for a text, one media type in an overlay.",
        )
    return given

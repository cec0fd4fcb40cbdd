"""Which arguments a method has: parameters, and the fields of the body."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from generator.errors import GeneratorError, gather, raise_all
from generator.plan.names import attribute_name
from generator.plan.schemas import with_deprecation
from generator.plan.types import (
    ANY,
    Binary,
    ListOf,
    MapOf,
    Reference,
    TypeRef,
    as_argument,
    walk,
    without_null,
)
from generator.spec import join

if TYPE_CHECKING:
    from generator.plan.schemas import Property, Schemas

Location = Literal["path", "query", "headers", "body", "files", "client"]
LOCATIONS: tuple[Location, ...] = ("path", "query", "headers", "body", "files")
_ORDER: tuple[Location, ...] = (*LOCATIONS, "client")
_PARAMETERS: dict[str, Location] = {"path": "path", "query": "query", "header": "headers"}
_STYLES = {"query": ("form", "spaceDelimited", "pipeDelimited")}
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_APART = "Describe each of its fields as a parameter of its own in an overlay"


@frozen
class Argument:
    """A keyword argument.

    Attributes:
        wire: Its name in the request.
        default: What is sent if callers give nothing.
        limits: The default and the limits that the schema states, in words.
        example: A value for it, as JSON; ``None`` if there is none.
    """

    name: str
    wire: str
    location: Location
    type: TypeRef
    required: bool
    default: str | int | None
    text: str
    limits: str = ""
    example: Any = field(default=None, eq=False)

    @property
    def annotation(self) -> str:
        """The annotation in the signature."""
        if self.required or self.default is not None:
            return as_argument(self.type)
        inner = as_argument(without_null(self.type))
        return inner if inner == "Any" else f"{inner} | None"


def parameter_arguments(
    parameters: list[dict[str, Any]], schemas: Schemas, pointer: str
) -> list[Argument]:
    """Return the arguments for the parameters of an operation; constant ones have none.

    Raises:
        GeneratorError: A parameter can't be written, or is none of the path.
    """
    return gather(
        partial(_parameter_argument, one, schemas, join(pointer, "parameters", one["name"]))
        for one in parameters
        if "x-client-constant" not in one
    )


def _parameter_argument(parameter: dict[str, Any], schemas: Schemas, place: str) -> list[Argument]:
    if parameter["in"] not in _PARAMETERS:
        raise GeneratorError(
            f"parameters in {parameter['in']} are not supported",
            pointer=place,
            remedy="Remove the parameter in an overlay.",
        )
    if "schema" not in parameter:
        raise GeneratorError(
            f"the parameter {parameter['name']} has no schema",
            pointer=place,
            remedy="Describe it with a schema in an overlay, or remove it there.",
        )
    type_ = schemas.type_of(parameter["schema"], join(place, "schema"))
    refuse_objects(type_, f"the {parameter['in']}", place)
    _check_style(parameter, place)
    return [
        Argument(
            _argument_name(parameter.get("x-client-name", parameter["name"]), place),
            parameter["name"],
            _PARAMETERS[parameter["in"]],
            type_,
            *_need(parameter["schema"], required=parameter.get("required", False)),
            with_deprecation(
                parameter, parameter.get("description") or schemas.text_of(parameter["schema"])
            ).strip(),
            _limits(parameter["schema"]),
            parameter.get("example", schemas.argument_sample(parameter["schema"])),
        )
    ]


def query_delimiters(
    parameters: list[dict[str, Any]], schemas: Schemas, pointer: str
) -> list[tuple[str, str]]:
    """Return what joins the items of lists in the query, by name."""
    found: list[tuple[str, str]] = []
    for parameter in parameters:
        if parameter["in"] == "query":
            place = join(pointer, "parameters", parameter["name"])
            type_ = schemas.type_of(parameter["schema"], place)
            found.append((parameter["name"], delimiter(parameter, type_, place)))
    return [(name, one) for name, one in found if one]


def delimiter(spec: dict[str, Any], type_: TypeRef, pointer: str) -> str:
    """Return what joins the items of a list in a query or form; nothing if each stands alone.

    Args:
        spec: What has ``style`` and ``explode``: a parameter, or the encoding of a field.
        type_: The type of the value.
        pointer: Where the style stands.

    Raises:
        GeneratorError: The style is none for lists.
    """
    style = spec.get("style", "form")
    explode = spec.get("explode", style == "form")
    if style not in _DELIMITERS or (explode and style != "form"):
        raise GeneratorError(
            f"the style {style}{' with explode' if explode else ''} is not supported",
            pointer=pointer,
            remedy="Say explode: false, or leave the style out, in an overlay.",
        )
    may_be_list = any(isinstance(part, ListOf) or part == ANY for part in walk(type_))
    return "" if explode or not may_be_list else _DELIMITERS[style]


def refuse_objects(type_: TypeRef, place: str, pointer: str) -> None:
    """Refuse what has no form outside of JSON: objects, files, and lists of lists.

    Raises:
        GeneratorError: The type is or holds one of them.
    """
    inner = [part.item for part in walk(type_) if isinstance(part, ListOf)]
    if any(isinstance(part, Reference | MapOf | Binary) for part in walk(type_)) or any(
        isinstance(part, ListOf) for item in inner for part in walk(item)
    ):
        raise GeneratorError(
            f"an object or a list of lists has no form in {place}",
            pointer=pointer,
            remedy=f"{_APART}, or describe it as a text there.",
        )


def _check_style(parameter: dict[str, Any], pointer: str) -> None:
    styles = _STYLES.get(parameter["in"], ("simple",))
    if parameter.get("style", styles[0]) not in styles:
        raise GeneratorError(
            f"the style {parameter['style']} is not supported in the {parameter['in']}",
            pointer=join(pointer, "style"),
            remedy=f"Leave the style out in an overlay, or use {' or '.join(styles)} there.",
        )


def no_file_here(pointer: str) -> GeneratorError:
    """Return the error of a file where only texts can stand."""
    return GeneratorError(
        "a body in JSON or in the URL encoding can't hold a file",
        pointer=pointer,
        remedy="Make the body multipart/form-data in an overlay, or the field a text.",
    )


def _argument_name(label: str, pointer: str) -> str:
    return attribute_name(label, pointer, taken=frozenset({"self"}))


def in_order(arguments: list[Argument], pointer: str) -> tuple[Argument, ...]:
    """Return the arguments as a signature lists them: required ones first, then by location.

    Raises:
        GeneratorError: Some have the same name.
    """
    seen: dict[str, Argument] = {}
    raise_all(
        GeneratorError(
            f"two arguments would both be called {argument.name!r}: {argument.wire!r} in "
            f"{argument.location} and {first.wire!r} in {first.location}",
            pointer=pointer,
            remedy="Give one of them another name with x-client-name in an overlay.",
        )
        for argument in arguments
        if (first := seen.setdefault(argument.name, argument)) is not argument
    )
    return tuple(
        sorted(arguments, key=lambda one: (not one.required, min(_ORDER.index(one.location), 3)))
    )


def body_argument(prop: Property, schemas: Schemas) -> Argument:
    """Return the argument for a property of a request body."""
    type_ = schemas.type_of(prop.schema, prop.pointer)
    is_file = any(isinstance(part, Binary) for part in walk(type_))
    return Argument(
        _argument_name(prop.label, prop.pointer),
        prop.wire,
        "files" if is_file else "body",
        type_,
        *_need(prop.schema, required=prop.required),
        schemas.text_of(prop.schema).strip(),
        _limits(prop.schema),
        schemas.argument_sample(prop.schema),
    )


def _need(schema: dict[str, Any], *, required: bool) -> tuple[bool, str | int | None]:
    """Return whether callers must give an argument, and what is sent if they don't.

    What the API demands although it names a default is sent with that default.
    """
    default = schema.get("default")
    if required and default not in (None, ""):
        return False, default
    return required, None


def _limits(schema: dict[str, Any]) -> str:
    words = {
        "default": "Default: {}.",
        "minimum": "At least {}.",
        "maximum": "At most {}.",
        "minLength": "At least {} characters.",
        "maxLength": "At most {} characters.",
        "minItems": "At least {} items.",
        "maxItems": "At most {} items.",
    }
    text = " ".join(
        form.format(schema[key]) for key, form in words.items() if schema.get(key) not in (None, "")
    )
    return re.sub(r"\b1 (character|item)s", r"1 \1", text)

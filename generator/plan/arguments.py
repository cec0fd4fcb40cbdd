"""Which arguments a method has: parameters, and the fields of the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from generator.errors import GeneratorError
from generator.plan.names import attribute_name
from generator.plan.types import Binary, TypeRef, as_argument, walk, without_null

if TYPE_CHECKING:
    from generator.plan.schemas import Property, Schemas

Location = Literal["path", "query", "headers", "body", "files", "client"]
LOCATIONS: tuple[Location, ...] = ("path", "query", "headers", "body", "files")
_PARAMETERS: dict[str, Location] = {"path": "path", "query": "query", "header": "headers"}


@frozen
class Argument:
    """A keyword argument.

    Attributes:
        wire: Its name in the request.
        default: What is sent if callers give nothing.
        limits: The default and the limits that the schema states, in words.
    """

    name: str
    wire: str
    location: Location
    type: TypeRef
    required: bool
    default: str | int | None
    text: str
    limits: str = ""

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
    """The arguments for the parameters of an operation.

    Args:
        parameters: Its ``parameters``; constant ones are no arguments.
        schemas: The document's schemas.
        pointer: Where the operation stands.

    Raises:
        GeneratorError: A parameter is in a place that isn't supported.
    """
    found: list[Argument] = []
    for parameter in parameters:
        if "x-client-constant" in parameter:
            continue
        place = f"{pointer}/parameters/{parameter['name']}"
        if parameter["in"] not in _PARAMETERS:
            raise GeneratorError(
                f"parameters in {parameter['in']} are not supported",
                pointer=place,
                remedy="Remove the parameter in an overlay.",
            )
        found.append(
            Argument(
                attribute_name(parameter["name"], place, taken=frozenset({"self"})),
                parameter["name"],
                _PARAMETERS[parameter["in"]],
                schemas.type_of(parameter["schema"], place),
                *_need(parameter["schema"], required=parameter.get("required", False)),
                parameter.get("description", "").strip(),
                _limits(parameter["schema"]),
            )
        )
    return found


def body_arguments(body: list[Property], schemas: Schemas, *, multipart: bool) -> list[Argument]:
    """The arguments for the properties of a request body.

    Raises:
        GeneratorError: A JSON body would have to hold a file.
    """
    return [_body_argument(prop, schemas, multipart=multipart) for prop in body]


def in_order(arguments: list[Argument], pointer: str) -> tuple[Argument, ...]:
    """The arguments as a signature lists them: required ones first, then by location.

    Raises:
        GeneratorError: Two have the same name.
    """
    seen: dict[str, Argument] = {}
    for argument in arguments:
        if argument.name in seen:
            raise GeneratorError(
                f"two arguments would both be called {argument.name!r}: {argument.wire!r} in "
                f"{argument.location} and {seen[argument.name].wire!r} in "
                f"{seen[argument.name].location}",
                pointer=pointer,
                remedy="Remove one of them in an overlay.",
            )
        seen[argument.name] = argument
    return tuple(
        sorted(arguments, key=lambda one: (not one.required, min(LOCATIONS.index(one.location), 3)))
    )


def _body_argument(prop: Property, schemas: Schemas, *, multipart: bool) -> Argument:
    type_ = schemas.type_of(prop.schema, prop.pointer)
    is_file = any(isinstance(part, Binary) for part in walk(type_))
    if is_file and not multipart:
        raise GeneratorError(
            "a JSON body can't hold a file",
            pointer=prop.pointer,
            remedy="Make the body multipart/form-data in an overlay, or the field a text.",
        )
    return Argument(
        attribute_name(prop.wire, prop.pointer, taken=frozenset({"self"})),
        prop.wire,
        "files" if is_file else "body",
        type_,
        *_need(prop.schema, required=prop.required),
        schemas.text_of(prop.schema).strip(),
        _limits(prop.schema),
    )


def _need(schema: dict[str, Any], *, required: bool) -> tuple[bool, str | int | None]:
    """Whether callers must give an argument, and what is sent if they don't.

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
    return " ".join(
        form.format(schema[key]) for key, form in words.items() if schema.get(key) not in (None, "")
    )

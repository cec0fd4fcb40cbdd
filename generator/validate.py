"""Holds the effective spec to the OpenAPI standard, and its paths and headers to that of HTTP."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.validation.exceptions import (
    DuplicateOperationIDError,
    UnresolvableParameterError,
)
from openapi_spec_validator.validation.keywords import (
    OpenAPIV30SchemaValidator,
    OpenAPIV30ValueValidator,
    OperationValidator,
    ParametersValidator,
)

from generator.errors import GeneratorError, hint, raise_all
from generator.json_values import is_array, is_object
from generator.normalise.walk import parts
from generator.schema_check import StepLimit
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema import ValidationError
    from jsonschema_path import SchemaPath
    from openapi_spec_validator.validation.registries import KeywordValidatorRegistry

    from generator.normalise.walk import Part

_REMEDY: Final = "Correct it in an overlay."
_IN_PATH: Final = (
    "In an overlay, name it in the path in braces, as in /bots/{bot_id}, and describe it among the "
    "parameters, with in: path and required: true."
)
_PLACES: Final = ("path", "query", "header", "cookie")
_MAX: Final = 200
"""How many characters of a message of the validator are shown."""
_PATH: Final = re.compile(r"(?:/(?:[^\s/?#{}\\]|\{[A-Za-z0-9_-]+\})*)+")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t -~]*")


def validate(document: dict[str, Any]) -> None:
    """Check an effective spec against the OpenAPI 3.0 schema.

    Raises:
        GeneratorError: It is not valid; each fault with its place.
    """
    # The validator itself fails on some of these.
    errors = [
        GeneratorError(
            f"{path!r} is no path, as in /v1/bots/{{bot_id}}",
            pointer=join("/paths", path),
            remedy="Correct it in an overlay, or remove it there.",
        )
        for path in document["paths"]
        if not (path.isprintable() and _PATH.fullmatch(path))
    ]
    for part in parts(document):
        if part.role == "parameter" and "in" in part.node:
            errors += _parameter(part)
    raise_all(errors)
    try:
        faults = list(_validator(document)(document).iter_errors())
    except RecursionError as error:
        raise GeneratorError(
            "schemas refer to each other in a chain that is too long for openapi-spec-validator",
            pointer="/components/schemas",
            remedy="Break the chain in an overlay, with an object without properties.",
        ) from error
    except Exception as error:
        raise GeneratorError(
            f"openapi-spec-validator can't read the effective spec: {type(error).__name__}: "
            f"{error}",
            pointer="",
            remedy="Describe what it names more simply in an overlay.",
        ) from error
    raise_all(one for fault in faults for one in _errors_of(fault))


def _errors_of(fault: ValidationError) -> Iterator[GeneratorError]:
    """Return what the validator means, at the place that it means."""
    while fault.context:
        # Nearly everything may be a reference instead; what has no $ref is none.
        refers = "$ref" in fault.instance if is_object(fault.instance) else False
        meant = [one for one in fault.context if ("$ref" in str(one.validator_value)) == refers]
        fault = max(meant or fault.context, key=lambda one: len(one.absolute_path))
    pointer = join("", *fault.absolute_path)
    if fault.validator != "additionalProperties" or not is_object(fault.instance):
        message = fault.message if len(fault.message) <= _MAX else f"{fault.message[:_MAX]}..."
        is_path = isinstance(fault, UnresolvableParameterError)
        yield GeneratorError(message, pointer=pointer, remedy=_IN_PATH if is_path else _REMEDY)
        return
    known: Any = fault.schema.get("properties", {}) if is_object(fault.schema) else {}
    for name in fault.instance:
        if name not in known and not name.startswith("x-"):
            yield GeneratorError(
                f"OpenAPI 3.0 has no field {name!r} here{hint(name, known)}",
                pointer=join(pointer, name),
                remedy=_REMEDY,
            )


def _validator(document: dict[str, Any]) -> type[OpenAPIV30SpecValidator]:
    """Return the validator, with defaults held against their schemas within limits."""
    places = _Places(document)

    class Default(OpenAPIV30ValueValidator):
        value_validator_cls = StepLimit(patterns_fit=True).validator()

        def __call__(self, schema: SchemaPath, value: Any) -> Iterator[ValidationError]:
            for error in super().__call__(schema, value):
                error.path.appendleft("default")
                yield error

    class Schema(_SchemaValidator):
        def __call__(self, schema: SchemaPath, *more: Any, **about: Any) -> Any:
            return places.of(schema, super().__call__(schema, *more, **about))

    class Parameters(ParametersValidator):
        def __call__(self, parameters: SchemaPath) -> Iterator[ValidationError]:
            return places.of(parameters, super().__call__(parameters))

    class Operation(OperationValidator):
        def __call__(
            self, url: str, name: str, operation: SchemaPath, path_parameters: SchemaPath | None
        ) -> Iterator[ValidationError]:
            faults = super().__call__(url, name, operation, path_parameters)
            # The names of operations are checked before, with their own words.
            others = (one for one in faults if not isinstance(one, DuplicateOperationIDError))
            return places.of(operation, others)

    class Validator(OpenAPIV30SpecValidator):
        keyword_validators = {  # noqa: RUF012  # as its base has it
            **OpenAPIV30SpecValidator.keyword_validators,
            "default": Default,
            "operation": Operation,
            "parameters": Parameters,
            "schema": Schema,
        }

    return Validator


@frozen
class _Places:
    """Tells faults where they are: those of single objects come without a place."""

    document: dict[str, Any]
    _known: set[int] = field(factory=set[int])

    def of(self, path: SchemaPath, faults: Iterable[ValidationError]) -> Iterator[ValidationError]:
        """Return the faults of an object or array, with their places in the document."""
        for fault in faults:
            if id(fault) not in self._known:
                self._known.add(id(fault))
                fault.path.extendleft(reversed(self._pointers[id(path.read_value())]))
            yield fault

    @cached_property
    def _pointers(self) -> dict[int, tuple[str | int, ...]]:
        found: dict[int, tuple[str | int, ...]] = {}
        waiting: list[tuple[Any, tuple[str | int, ...]]] = [(self.document, ())]
        while waiting:
            value, place = waiting.pop()
            found.setdefault(id(value), place)
            if is_object(value):
                waiting += ((inner, (*place, key)) for key, inner in value.items())
            elif is_array(value):
                waiting += ((inner, (*place, number)) for number, inner in enumerate(value))
        return found


class _Ids(list[int]):
    """A list that knows at once what is in it."""

    def __init__(self) -> None:
        super().__init__()
        self._known = set[int]()

    def append(self, value: int) -> None:
        self._known.add(value)

    def __contains__(self, value: object) -> bool:
        return value in self._known


class _SchemaValidator(OpenAPIV30SchemaValidator):
    """Looks schemas that it has seen up in sets: in its base's lists this takes quadratic time."""

    def __init__(self, registry: KeywordValidatorRegistry) -> None:
        super().__init__(registry)
        self.visited_schema_ids = _Ids()
        self.meta_checked_schema_ids = _Ids()


def _parameter(part: Part) -> Iterator[GeneratorError]:
    place = part.node["in"]
    if place not in _PLACES:
        yield GeneratorError(
            f"{place!r} is no place of a parameter",
            pointer=join(part.pointer, "in"),
            remedy=f"Say one of {', '.join(_PLACES)} in an overlay.",
        )
    if place == "path" and part.node.get("required") is not True:
        yield GeneratorError(
            "a parameter in the path is always required, and this one does not say so",
            pointer=part.pointer,
            remedy="Say required: true in an overlay.",
        )
    if place == "header":
        yield from _header(part)


def _header(part: Part) -> Iterator[GeneratorError]:
    name, constant = part.node.get("name", ""), part.node.get("x-client-constant", "")
    if not _HEADER.fullmatch(name):
        yield GeneratorError(
            f"{name!r} is not a header name",
            pointer=join(part.pointer, "name"),
            remedy="Correct it in an overlay, or remove the parameter there.",
        )
    # One that is no text is a fault of the vocabulary, which is reported beside this.
    if isinstance(constant, str) and not _HEADER_VALUE.fullmatch(constant):
        yield GeneratorError(
            "x-client-constant holds a line break, a control character or one beyond ASCII",
            pointer=join(part.pointer, "x-client-constant"),
            remedy=_REMEDY,
        )

"""Holds the effective spec to the OpenAPI standard, and its paths and headers to that of HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.validation.keywords import (
    OpenAPIV30SchemaValidator,
    OpenAPIV30ValueValidator,
)

from generator.bounded import Bounded
from generator.errors import GeneratorError
from generator.normalise.parts import parts
from generator.spec import join

if TYPE_CHECKING:
    from openapi_spec_validator.validation.registries import KeywordValidatorRegistry

    from generator.normalise.parts import Part

_PATH: Final = re.compile(r"(?:/(?:[^\s/?#{}\\]|\{[A-Za-z0-9_-]+\})*)+")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t -~]*")


def validate(document: dict[str, Any]) -> None:
    """Check an effective spec against the OpenAPI 3.0 schema.

    Raises:
        GeneratorError: It is not valid; the first faults are listed with their places.
    """
    for path in document["paths"]:
        # The validator itself fails on some of these.
        if not (path.isprintable() and _PATH.fullmatch(path)):
            raise GeneratorError(
                f"{path!r} is no path, as in /v1/bots/{{bot_id}}",
                pointer=join("/paths", path),
                remedy="Correct it in an overlay, or remove it there.",
            )
    for part in parts(document):
        if part.node.get("in") == "header" and part.role == "parameter":
            _check_header(part)
    try:
        faults = list(_validator()(document).iter_errors())
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
            remedy="Describe what it names more simply in an overlay.",
        ) from error
    if faults:
        told = "; ".join(
            f"/{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
            for fault in faults[:5]
        )
        raise GeneratorError(
            f"the effective spec is no valid OpenAPI document ({len(faults)} faults): {told}",
            remedy="Correct these places with an overlay.",
        )


def _validator() -> type[OpenAPIV30SpecValidator]:
    """The validator, with defaults held against their schemas within limits."""

    class Default(OpenAPIV30ValueValidator):
        value_validator_cls = Bounded(patterns_fit=True).validator()

    class Validator(OpenAPIV30SpecValidator):
        keyword_validators = {  # noqa: RUF012  # as its base has it
            **OpenAPIV30SpecValidator.keyword_validators,
            "default": Default,
            "schema": _SchemaValidator,
        }

    return Validator


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


def _check_header(part: Part) -> None:
    name, constant = part.node.get("name", ""), part.node.get("x-client-constant", "")
    if not _HEADER.fullmatch(name):
        raise GeneratorError(
            f"{name!r} is no header name",
            pointer=part.pointer,
            remedy="Correct it in an overlay, or remove the parameter there.",
        )
    if not _HEADER_VALUE.fullmatch(constant):
        raise GeneratorError(
            "x-client-constant holds a line break, a control character or one beyond ASCII",
            pointer=part.pointer,
            remedy="Correct it in an overlay.",
        )

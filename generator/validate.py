"""Holds the effective spec to the OpenAPI standard, and its paths and headers to that of HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.validation.keywords import OpenAPIV30ValueValidator

from generator.bounded import Bounded
from generator.errors import GeneratorError
from generator.normalise.parts import parts
from generator.spec import join

if TYPE_CHECKING:
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
        keyword_validators = {**OpenAPIV30SpecValidator.keyword_validators, "default": Default}  # noqa: RUF012  # as its base has it

    return Validator


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

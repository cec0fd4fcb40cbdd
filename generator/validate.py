"""Holds the effective spec to the OpenAPI standard."""

from __future__ import annotations

from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

from generator.errors import GeneratorError


def validate(document: dict[str, Any]) -> None:
    """Check an effective spec against the OpenAPI 3.0 schema.

    Raises:
        GeneratorError: It is not valid; the first faults are listed with their places.
    """
    faults = list(OpenAPIV30SpecValidator(document).iter_errors())
    if faults:
        told = "; ".join(
            f"/{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
            for fault in faults[:5]
        )
        raise GeneratorError(
            f"the effective spec is no valid OpenAPI document ({len(faults)} faults): {told}",
            remedy="Correct these places with an overlay.",
        )

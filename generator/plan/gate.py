"""The gate of operations: what no other part of the plan reads is refused, never passed over."""

from __future__ import annotations

import re
from typing import Any, Final

from generator.errors import GeneratorError
from generator.normalise.parts import METHODS
from generator.spec import join

_NAME: Final = re.compile(r"\{([^{}]*)\}")
_BEARER: Final = frozenset({"oauth2", "openIdConnect"})


def check_operations(document: dict[str, Any]) -> None:
    """Check what an operation says beside its parameters, body and answers.

    Raises:
        GeneratorError: The client would not do what it says.
    """
    for path, item in document["paths"].items():
        pointer = join("/paths", path)
        if "$ref" in item:
            raise GeneratorError(
                "a path that refers to another one is not supported",
                pointer=join(pointer, "$ref"),
                remedy="Describe its operations here in an overlay.",
            )
        _check_servers(document, item, pointer)
        for method in METHODS:
            if method in item:
                place = join(pointer, method)
                _check_servers(document, item[method], place)
                _check_path(path, item[method], place)
                _check_security(document, item[method], place)


def _check_servers(document: dict[str, Any], owner: dict[str, Any], pointer: str) -> None:
    if owner.get("servers", document.get("servers")) != document.get("servers"):
        raise GeneratorError(
            "a server of its own would not be asked: the client has one base URL",
            pointer=join(pointer, "servers"),
            remedy="Remove it in an overlay if the API's own server answers as well, or else "
            "remove the operation.",
        )


def _check_path(path: str, operation: dict[str, Any], pointer: str) -> None:
    named = _NAME.findall(path)
    described = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
    for name in {*named} ^ {*described}:
        raise GeneratorError(
            f"{name!r} is not both in the path and among its parameters",
            pointer=join(pointer, "parameters"),
            remedy="Name it in both, or in neither, in an overlay.",
        )


def _check_security(document: dict[str, Any], operation: dict[str, Any], pointer: str) -> None:
    own = "security" in operation
    alternatives: list[dict[str, Any]] = (operation if own else document).get("security", [])
    schemes: dict[str, Any] = document.get("components", {}).get("securitySchemes", {})
    if alternatives and not any(
        all(_is_bearer(schemes.get(name, {})) for name in alternative)
        for alternative in alternatives
    ):
        asked = " or ".join(" with ".join(one) for one in alternatives)
        raise GeneratorError(
            f"the client can't give {asked}: it sends a bearer token",
            pointer=join(pointer if own else "", "security"),
            remedy="Name a scheme of type http and scheme bearer in an overlay, or remove this "
            "there and send the header with headers=.",
        )


def _is_bearer(scheme: dict[str, Any]) -> bool:
    kind = scheme.get("type")
    return kind in _BEARER or (kind == "http" and scheme.get("scheme", "").lower() == "bearer")

"""The gate of operations: what no other part of the plan reads is refused, never passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.errors import GeneratorError, raise_all
from generator.normalise.walk import operations
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEARER: Final = frozenset({"oauth2", "openIdConnect"})


def check_operations(document: dict[str, Any]) -> None:
    """Check what an operation says beside its parameters, body and answers.

    Raises:
        GeneratorError: The client would not do what it says.
    """
    items = [(item, join("/paths", path)) for path, item in document["paths"].items()]
    methods = [
        (operation, join("/paths", path, method))
        for path, method, operation in operations(document)
    ]
    raise_all(
        error
        for check, places in ((_servers, [*items, *methods]), (_security, methods))
        for owner, pointer in places
        for error in check(document, owner, pointer)
    )


def unread_callbacks(document: dict[str, Any]) -> list[str]:
    """Return a remark for each callback whose events nothing describes."""
    return [
        f"{join('/paths', path, method, 'callbacks', name)}: no x-client-events says what this "
        "callback tells, so there are no types for it"
        for path, method, operation in operations(document)
        for name, callback in operation.get("callbacks", {}).items()
        for request in (request for item in callback.values() for request in item.values())
        if "x-client-events" not in request
    ]


def _servers(
    document: dict[str, Any], owner: dict[str, Any], pointer: str
) -> Iterator[GeneratorError]:
    if owner.get("servers", document.get("servers")) != document.get("servers"):
        yield GeneratorError(
            "a server of its own would not be asked: the client has one base URL",
            pointer=join(pointer, "servers"),
            remedy="Remove it in an overlay if the API's own server answers as well, or else "
            "remove the operation.",
        )


def _security(
    document: dict[str, Any], operation: dict[str, Any], pointer: str
) -> Iterator[GeneratorError]:
    own = "security" in operation
    alternatives: list[dict[str, Any]] = (operation if own else document).get("security", [])
    schemes: dict[str, Any] = document.get("components", {}).get("securitySchemes", {})
    if alternatives and not any(
        all(_is_bearer(schemes.get(name, {})) for name in alternative)
        for alternative in alternatives
    ):
        asked = " or ".join(" with ".join(one) for one in alternatives)
        yield GeneratorError(
            f"the client can't give {asked}: it sends a bearer token",
            pointer=join(pointer if own else "", "security"),
            remedy="Name a scheme of type http and scheme bearer in an overlay, or remove this "
            "there and send the header with headers=.",
        )


def _is_bearer(scheme: dict[str, Any]) -> bool:
    kind = scheme.get("type")
    return kind in _BEARER or (kind == "http" and scheme.get("scheme", "").lower() == "bearer")

"""The gate: what no other part of the plan reads is refused, and what is left unsaid is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.errors import GeneratorError, raise_all
from generator.normalise.walk import operations, successes
from generator.plan.names import module_name
from generator.plan.types import STRING, without_null
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.plan import Plan
    from generator.plan.models import Field, Model

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
        for check, places in (
            (_servers, [*items, *methods]),
            (_security, methods),
            (_handshake, methods),
        )
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


def unsaid_presence(plan: Plan) -> list[str]:
    """Return a remark for each field that feeds an argument without a word on its presence.

    Such a field has the name of a text that some call needs in its path or query, or that name
    without the name of its class: the ``id`` of a ``BotSummary`` feeds ``bot_id``.
    """
    needed = {
        argument.name
        for method in plan.methods
        for argument in method.arguments
        if argument.required and argument.location in {"path", "query"} and argument.type == STRING
    }
    return [
        f"/components/schemas/{class_.name}: {field.name} feeds the argument {argument}, which is "
        "required. Say x-client-present in an overlay: true, or why it may be absent"
        for module in plan.modules
        for class_ in module.classes
        if class_.kind == "model"
        for field, argument in _fed(class_, needed)
    ]


def _fed(class_: Model, needed: set[str]) -> Iterator[tuple[Field, str]]:
    words = module_name(class_.name).split("_")
    owners = {"_".join(words[:end]) for end in range(1, len(words) + 1)}
    owners |= {"_".join(words[start:]) for start in range(len(words))}
    for field in class_.fields:
        if field.required or field.present or without_null(field.type) != STRING:
            continue
        names = {field.name, *(f"{owner}_{field.name}" for owner in owners)}
        for argument in sorted(names & needed):
            yield field, argument
            break


def _servers(
    document: dict[str, Any], owner: dict[str, Any], pointer: str
) -> Iterator[GeneratorError]:
    if "x-client-socket" in owner:
        return
    if owner.get("servers", document.get("servers")) != document.get("servers"):
        yield GeneratorError(
            "a server of its own would not be asked: the client has one base URL",
            pointer=join(pointer, "servers"),
            remedy="Remove it in an overlay if the API's own server answers as well, or else "
            "remove the operation.",
        )


def _handshake(
    document: dict[str, Any], operation: dict[str, Any], pointer: str
) -> Iterator[GeneratorError]:
    """Refuse what could not begin a WebSocket: it is a GET without a body that is answered 101."""
    if "x-client-socket" not in operation:
        return
    if not pointer.endswith("/get") or "101" not in operation["responses"] or successes(operation):
        yield GeneratorError(
            "a WebSocket begins with a GET whose only answer of success is 101",
            pointer=join(pointer, "responses"),
            remedy="Correct it in an overlay, or drop x-client-socket there.",
        )
    if "requestBody" in operation:
        yield GeneratorError(
            "a WebSocket begins with a request that has no body",
            pointer=join(pointer, "requestBody"),
            remedy="Remove the body in an overlay.",
        )
    servers = operation.get("servers")
    if servers is not None and len(servers) != len(document.get("servers", ())):
        yield GeneratorError(
            "the servers of a WebSocket stand in the order of the document's, one for each",
            pointer=join(pointer, "servers"),
            remedy="Name one for each server of the document in an overlay, or none.",
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

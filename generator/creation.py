"""What an overlay makes where nothing was: a whole operation or component, or only names of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.json_values import is_object
from generator.spec import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

Keys = tuple[str | int, ...]
_NAMES: Final = frozenset({"x-client-name", "title", "description"})


def is_created(keys: Keys, value: dict[str, Any]) -> bool:
    """Return whether an action that writes a value there means to create what it describes."""
    match keys:
        case ("components", kind, _):
            return kind != "schemas" or not _only_names(value)
        case ("paths", _, method):
            return method in METHODS and _describes(value)
        case _:
            return False


def only_named(keys: Keys, value: Any) -> Iterator[Keys]:
    """Yield the keys of what a value that is new would make of names alone.

    Such an operation, schema or property is one that the document no longer has.
    """
    if not is_object(value):
        return
    match keys:
        case ("paths", _):
            for method in METHODS:
                yield from only_named((*keys, method), value.get(method))
        case ("paths", _, method) if method in METHODS:
            if not _describes(value):
                yield keys
        case ("components", "schemas", _) | ("components", "schemas", _, *_, "properties", _):
            if _only_names(value):
                yield keys
        case _:
            pass


def _describes(operation: dict[str, Any]) -> bool:
    """Return whether an operation says what it takes or gives, not only how that is called."""
    responses: Any = operation.get("responses")
    found = responses.values() if is_object(responses) else ()
    return (
        operation.keys() >= {"operationId", "responses"}
        or bool(operation.keys() & {"parameters", "requestBody", "x-client-socket"})
        or any(is_object(one) and one.keys() - {"description"} for one in found)
    )


def _only_names(schema: dict[str, Any]) -> bool:
    return schema.keys() <= _NAMES

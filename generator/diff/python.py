"""What changes are called in Python: methods with their signatures, classes, fields, arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from generator.diff.operations import operation_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.located import ClientPart, Located

_WHOLE: Final = frozenset({"method", "returns", "body", "class", "behaviour"})
"""The kinds of parts that name more than a change that is about an argument or a field."""


@frozen
class PythonNames:
    """The names of the client parts of two public surfaces.

    Attributes:
        old: The older surface.
        new: The newer one.
    """

    old: Mapping[str, Any] = field(repr=False)
    new: Mapping[str, Any] = field(repr=False)
    _old: Mapping[ClientPart, str] = field(init=False, repr=False)
    _new: Mapping[ClientPart, str] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Index both surfaces."""
        for name, surface in (("_old", self.old), ("_new", self.new)):
            # Of several methods of one operation, the first one counts.
            object.__setattr__(self, name, dict(reversed([*_parts(surface)])))

    def of(self, located: Located) -> tuple[str, ...]:
        """Return the names that a change is about, as in ``bots.publish -> bots.release``."""
        parts = sorted(located.affected)
        exact = [part for part in parts if part[0] not in _WHOLE]
        pairs = [(self._old.get(part), self._new.get(part)) for part in exact or parts]
        removed = [was for was, now in pairs if was and not now]
        added = [now for was, now in pairs if now and not was]
        if located.rule.endswith("-renamed") and len(removed) == len(added) == 1:
            return (f"{removed[0]} -> {added[0]}",)
        named = (
            f"{was} -> {now}" if was and now and was != now else now or was for was, now in pairs
        )
        return tuple(dict.fromkeys(filter(None, named)))

    def signatures(self, located: Located) -> tuple[str | None, str | None]:
        """Return the signature of the method that a change is about, if it is another one now."""
        key = operation_key(*located.operation.split(" ", 1)) if located.operation else ""
        old, new = (
            names.get(("method", key)) or names.get(("method", located.operation))
            for names in (self._old, self._new)
        )
        found = (
            _signature(old, _called(self.old)[old]) if old else None,
            _signature(new, _called(self.new)[new]) if new else None,
        )
        return found if found[0] != found[1] else (None, None)


def _called(surface: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the methods of a surface, with those that send events."""
    return {**surface.get("methods", {}), **surface.get("senders", {})}


def _parts(surface: Mapping[str, Any]) -> Iterator[tuple[ClientPart, str]]:
    for name, method in _called(surface).items():
        key = operation_key(*method["operation"].split(" ", 1))
        for kind in ("method", "returns", "body"):
            yield (kind, key), name
        for behaviour in method.get("behaviour", {}):
            yield ("behaviour", key, behaviour), name
        for argument, details in method["arguments"].items():
            place, _, wire = details["wire"].partition(".")
            places = (place, "body") if place == "files" else (place,)
            for one in places:
                yield ("argument", key, f"{one}.{wire}"), f"{name}({argument})"
    for name, class_ in surface.get("models", {}).items():
        yield ("class", name), name
        for attribute, details in class_.get("fields", {}).items():
            yield ("field", name, details["wire"]), f"{name}.{attribute}"
    for name, shape in surface.get("shapes", {}).items():
        yield ("class", name), name
        for key in shape.get("keys", {}):
            yield ("field", name, key), f"{name}[{key!r}]"


def _signature(name: str, method: Mapping[str, Any]) -> str:
    arguments = (
        f"{argument}: {details['type']}{'' if details['required'] else ' = ...'}"
        for argument, details in method["arguments"].items()
    )
    listed = ", ".join(arguments)
    return f"{name}({'*, ' if listed else ''}{listed}) -> {method['returns']}"

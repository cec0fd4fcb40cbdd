"""Deprecation, sunset dates and stability: what a document promises about the future."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Removal: TypeAlias = Literal["", "-deprecated", "-after-sunset", "-before-sunset"]

_STABILITY: Final = ("draft", "alpha", "beta", "stable")
_UNSTABLE: Final = _STABILITY[:2]
_SUNSET: Final = "x-sunset"
_LEVEL: Final = "x-stability-level"


def compare_lifecycles(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    """The aspects that changed, each with what was and what is.

    Args:
        old: An operation or parameter, or the keywords of a property.
        new: The same, newer.
    """
    was, now = old.get("deprecated") is True, new.get("deprecated") is True
    if was != now:
        yield "deprecated" if now else "reactivated", was, now
    if now:
        yield from _sunset(old.get(_SUNSET), new.get(_SUNSET), was_deprecated=was)
    yield from _stability(old.get(_LEVEL), new.get(_LEVEL))


def is_unstable(node: Mapping[str, Any]) -> bool:
    """Whether it says of itself that nothing is promised yet."""
    return node.get(_LEVEL) in _UNSTABLE


def removal(old: Mapping[str, Any]) -> Removal:
    """How the removal of something was announced."""
    if old.get("deprecated") is not True:
        return ""
    if old.get(_SUNSET) is None:
        return "-deprecated"
    sunset = _date(old[_SUNSET])
    if sunset is None or sunset > datetime.now(UTC).date():
        return "-before-sunset"
    return "-after-sunset"


def _sunset(was: Any, now: Any, *, was_deprecated: bool) -> Iterator[tuple[str, Any, Any]]:
    if was == now and was_deprecated:
        return
    if now is None:
        if was is not None and was_deprecated:
            yield "sunset-removed", was, now
        return
    before, after = _date(was), _date(now)
    if after is None or (was is not None and before is None):
        yield "sunset-invalid", was, now
    elif before is not None and after < before:
        yield "sunset-earlier", was, now
    elif after < datetime.now(UTC).date():
        yield "sunset-past", was, now


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _stability(was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    if was == now:
        return
    if any(level is not None and level not in _STABILITY for level in (was, now)):
        yield "stability-invalid", was, now
        return
    # What says nothing is stable.
    before = _STABILITY.index(was) if was is not None else len(_STABILITY) - 1
    after = _STABILITY.index(now) if now is not None else len(_STABILITY) - 1
    if before != after:
        yield "stability-decreased" if after < before else "stability-increased", was, now

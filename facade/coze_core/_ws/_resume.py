"""What a lost socket has to say again when it is open anew: its settings, and nothing else."""

from __future__ import annotations

import random
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from coze_core._coze_error import CozeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coze_core._operation import SocketOperation
    from coze_core._ws._events import SocketEvent

_PAUSE = 0.5  # seconds before the first attempt, at most
_MOST_DOUBLINGS = 4
_STEADY = 20.0  # seconds that a connection lives which is no part of the last trouble


class Resumption:
    """Remembers the settings of a socket, and how often it may be opened again.

    Args:
        operation: The operation that opens it.
        tries: How often in a row it is opened again.

    Raises:
        CozeError: ``tries`` is no such number.
    """

    def __init__(self, operation: SocketOperation[Any], tries: object) -> None:
        if not isinstance(tries, int) or isinstance(tries, bool) or tries < 0:
            raise CozeError(
                f"{operation.name}: reconnect must be a whole number from 0, got {tries!r:.50}."
            )
        self._operation = operation
        self._tries = tries
        self._tried = 0
        self._since = monotonic()
        self._settings: dict[str, Any] = {}

    def sent(self, name: str, data: Mapping[str, object] | None) -> None:
        """Take note of an event that was sent."""
        if name == self._operation.settings:
            self._settings = _merged(self._settings, data or {})

    def received(self, event: SocketEvent[Any, Any]) -> None:
        """Take note of an event that was received."""
        if not self._tries:
            return
        for field, place in self._operation.resume.items():
            value: Any = getattr(event.data, field, None)
            if value:
                for step in reversed(place.split(".")):
                    value = {step: value}
                self._settings = _merged(self._settings, value)

    def settings(self) -> dict[str, Any]:
        """Return the settings to send again; the connection is open."""
        self._since = monotonic()
        return self._settings

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait before each attempt, as long as there are any left."""
        if monotonic() - self._since > _STEADY:
            self._tried = 0
        while self._tried < self._tries:
            longest = _PAUSE * 2 ** min(self._tried, _MOST_DOUBLINGS)
            self._tried += 1
            yield random.uniform(0, longest)  # noqa: S311  # no secret


def _merged(old: object, new: Mapping[str, object]) -> dict[str, Any]:
    found = dict(cast("dict[str, Any]", old)) if isinstance(old, dict) else {}
    for name, value in new.items():
        if isinstance(value, dict):
            found[name] = _merged(found.get(name), cast("dict[str, object]", value))
        elif value is not None:
            found[name] = value
    return found

"""Scenarios: how the sandbox is told to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal

import msgspec


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One way to misbehave; fields may be combined.

    A request that breaks the document is still refused as such: a scenario only changes what a
    correct request gets. A field that does not concern an operation (a page size, say, where
    nothing is paged) changes nothing.

    Attributes:
        status: HTTP status of an error, 400 to 599; the body is an error envelope.
        code: code of the error envelope; without `status` it comes with HTTP 200.
        msg: text of the error.
        oauth_error: name of the error as the token service has it, such as `slow_down`; HTTP 400
            unless `status` says more.
        html: the error is an HTML page as a gateway sends it, HTTP 502 unless `status` says more.
        retry_after: seconds in a `Retry-After` header.
        delay: seconds to wait before the answer; in a stream, before every event.
        cut_after: the connection is cut after this many bytes of the body; with 0 before any
            byte of the answer.
        malformed_chunk: the body breaks off in a chunk whose size is not a number.
        page_cap: the largest number of items in a page, whatever the request asks for.
        repeat_token: every page gives the token of its own, so that the next one is the same.
        always_has_more: every page says that more follow.
        no_end: a stream ends without its end event.
        endless: a stream does not end: its middle event is sent again until the caller leaves.
        error_event: wire name of an error event that breaks a stream off in the middle; `code` and
            `msg` go into it.
        plain: a call that streams gets a plain JSON answer.
        script: variant of the scripted stream, such as `interrupt` or `requires_action`.
        close_code: a socket is closed with this code in the middle of its first turn, with `msg` as
            the reason; 1005 gives none, and 1006 drops the connection.
        cut_frame: a socket is cut after this many frames; 2.5 is in the middle of the third.
        reset: connections are cut by a reset, not by a close.
        fragment: messages of a socket come in frames of this many bytes, a ping between them.
        silent: a socket sends nothing after its first event, and answers neither pings nor a close.
        no_ready: a socket does not say that it is ready.
        late_ready: a socket says that it is ready after the first event of its first answer.
        binary: the messages of a socket are binary.
        bad_frame: a frame with reserved bits breaks the first turn of a socket off.
        unknown_event: an event of this name is in the middle of the first turn of a socket.
        bad_base64: the audio of a socket is not base64.
        oversize: an event of the first turn of a socket has so many bytes more.
        expire_token: the token of this request has expired for all that follow.
        result: fields that replace those of the result; a stream takes no notice of it.
        absent: how a success lacks its result: `missing`, `null`, `renamed` (another name than the
            document has for it), or `items` (a page whose items are null).
    """

    status: int | None = None
    code: int | None = None
    msg: str | None = None
    oauth_error: str | None = None
    html: bool = False
    retry_after: float | None = None
    delay: float = 0.0
    cut_after: int | None = None
    malformed_chunk: bool = False
    page_cap: int | None = None
    repeat_token: bool = False
    always_has_more: bool = False
    no_end: bool = False
    endless: bool = False
    error_event: str | None = None
    plain: bool = False
    script: str | None = None
    close_code: int | None = None
    cut_frame: float | None = None
    reset: bool = False
    fragment: int | None = None
    silent: bool = False
    no_ready: bool = False
    late_ready: bool = False
    binary: bool = False
    bad_frame: bool = False
    unknown_event: str | None = None
    bad_base64: bool = False
    oversize: int | None = None
    expire_token: bool = False
    result: dict[str, Any] | None = None
    absent: Literal["missing", "null", "renamed", "items"] | None = None

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: one of them makes no sense.
        """
        lowest: dict[str, float] = {
            "delay": 0,
            "retry_after": 0,
            "cut_after": 0,
            "cut_frame": 0,
            "page_cap": 1,
            "fragment": 1,
            "oversize": 1,
        }
        for name, least in lowest.items():
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise ValueError(f"{name} is {value}; it must be {least} or more")
        if self.status is not None and not 400 <= self.status <= 599:  # noqa: PLR2004  # HTTP
            raise ValueError(f"status is {self.status}; it must be an error, 400 to 599")
        if self.close_code is not None and not 1000 <= self.close_code <= 4999:  # noqa: PLR2004  # WebSocket
            raise ValueError(f"close_code is {self.close_code}; it must be 1000 to 4999")
        fails_later = self.error_event is not None or self.close_code is not None
        if self.msg is not None and not self.fails and not fails_later:
            raise ValueError(
                "msg alone makes no error; give status, code, error_event or close_code as well"
            )

    @property
    def fails(self) -> bool:
        """Whether the whole answer is an error."""
        in_envelope = self.code is not None and self.error_event is None
        is_oauth = self.oauth_error is not None
        return self.status is not None or self.html or in_envelope or is_oauth

    @classmethod
    def parse(cls, text: str) -> Scenario:
        """Read a scenario: a JSON object, or `name=value` pairs joined by semicolons.

        Raises:
            ValueError: it is neither, has an unknown field or a value of the wrong type.
        """
        given: Any
        if text.lstrip().startswith("{"):
            try:
                given = json.loads(text)
            except ValueError as error:
                raise ValueError(f"no JSON object: {error}") from error
        else:
            pairs = (pair.partition("=") for pair in text.split(";") if pair.strip())
            given = {name.strip(): value.strip() for name, _, value in pairs}
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; there are {', '.join(known)}")
        try:
            return msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error


@dataclass
class _Entry:
    scenario: Scenario
    operation: str | None
    left: int | None


class Scenarios:
    """The scenarios that wait for requests; safe to use from several threads."""

    def __init__(self, operations: Iterable[str]) -> None:
        self._operations = frozenset(operations)
        self._entries: list[_Entry] = []
        self._lock = threading.Lock()

    def add(self, scenario: Scenario, operation: str | None, times: int | None) -> None:
        """Queue a scenario for coming requests.

        Raises:
            ValueError: there is no such operation, or `times` is below 1.
        """
        if operation is not None and operation not in self._operations:
            raise ValueError(f"no operation is called {operation!r}; use a name like 'chat.stream'")
        if times is not None and times < 1:
            raise ValueError(f"times is {times}; it must be 1 or more")
        with self._lock:
            self._entries.append(_Entry(scenario, operation, times))

    def take(self, operation: str) -> Scenario:
        """Return the scenario that a request meets: the first of those that wait."""
        with self._lock:
            for entry in self._entries:
                if entry.operation in (None, operation):
                    if entry.left is not None:
                        entry.left -= 1
                        if entry.left == 0:
                            self._entries.remove(entry)
                    return entry.scenario
        return Scenario()

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._entries.clear()

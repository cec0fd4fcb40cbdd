"""Answers: JSON, events or bytes, as the document has them, or the error that was asked for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from coze_sandbox._bodies import Bodies
from coze_sandbox._dialogue import Dialogue
from coze_sandbox._document import EVENT_STREAM, JSON
from coze_sandbox._errors import SCRIPTED, RefusalError, code_of
from coze_sandbox._json import encode
from coze_sandbox._lifecycles import Lifecycles
from coze_sandbox._streams import Streams
from coze_sandbox._synthesis import Synthesiser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coze_sandbox._call import Call
    from coze_sandbox._document import Document
    from coze_sandbox._scenarios import Scenario

BINARY_SIZE = 8192  # bytes
GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


@dataclass(frozen=True)
class Answer:
    """What goes back: a body in parts, which are sent one by one, or the dialogue of a socket."""

    parts: tuple[bytes, ...]
    media_type: str = JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    dialogue: Dialogue | None = None

    @property
    def streamed(self) -> bool:
        """Whether the body begins before its length is known."""
        return self.media_type == EVENT_STREAM


class Answers:
    """Makes the answers of a document.

    Args:
        document: the effective document.
        items: how many items each collection has.
    """

    def __init__(self, document: Document, items: int) -> None:
        self._synthesiser = synthesiser = Synthesiser(document)
        self._streams = Streams(synthesiser)
        self._lifecycles = Lifecycles(self._streams)
        self._bodies = Bodies(document, synthesiser, self._lifecycles, items)
        self._operations = {one.name: one for one in document.operations}

    def set(self, operation: str, result: Any, items: Sequence[Any] | None) -> None:
        """Set what an operation answers; see `Sandbox.answer`.

        Raises:
            ValueError: there is no such operation, or it is not a list and has items.
        """
        if operation not in self._operations:
            raise ValueError(f"no operation is called {operation!r}; use a name like 'bots.list'")
        if items is not None and self._operations[operation].pagination is None:
            raise ValueError(f"{operation} is not a list; pass its result instead of items")
        self._bodies.set(operation, result, items)

    def clear(self) -> None:
        """Forget what was set, and what is under way."""
        self._bodies.clear()
        self._lifecycles.clear()

    def answer(self, call: Call, scenario: Scenario, logid: str) -> Answer:
        """Answer a call that is correct.

        Raises:
            RefusalError: its page does not exist, or the scenario does not suit it.
        """
        if scenario.fails:
            return _failure(scenario, logid)
        stream, socket = call.operation.stream, call.operation.socket
        if socket is not None and not scenario.plain:
            dialogue = Dialogue(call, socket, scenario, self._synthesiser, logid)
            return Answer((), dialogue=dialogue)
        if stream is not None and call.streamed and not scenario.plain:
            frames = self._streams.frames(call, stream, scenario)
            data = [json.loads(frame.data or "null") for frame in frames]
            self._lifecycles.streamed(call, scenario.script, data)
            return Answer(tuple(frame.encode() for frame in frames), EVENT_STREAM)
        media_type = next((one for one in call.operation.answers if one != EVENT_STREAM), JSON)
        if media_type != JSON:
            noise = hashlib.shake_256(call.name.encode()).digest(BINARY_SIZE)
            return Answer((noise,), media_type)
        return Answer((encode(self._bodies.body(call, scenario, logid)),))


def refusal(error: RefusalError, logid: str) -> Answer:
    """Make the error envelope that refuses a request."""
    body = {"code": error.code, "msg": error.msg, "detail": {"logid": logid}}
    return Answer((encode(body),), status=error.status, headers=error.headers)


def _failure(scenario: Scenario, logid: str) -> Answer:
    if scenario.html:
        return Answer((GATEWAY_PAGE,), "text/html", scenario.status or 502)
    if scenario.oauth_error is not None:
        body = {"error_code": scenario.oauth_error, "error_message": scenario.msg or SCRIPTED}
        return Answer((encode(body),), status=scenario.status or 400)
    status = 200 if scenario.status is None else scenario.status
    code = code_of(status) if scenario.code is None else scenario.code
    msg = SCRIPTED if scenario.msg is None else scenario.msg
    return refusal(RefusalError(msg, status=status, code=code), logid)

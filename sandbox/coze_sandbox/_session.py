"""A socket from its handshake to its end."""

from __future__ import annotations

import asyncio
import json
import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coze_sandbox._call import Call, read
from coze_sandbox._checking import as_served
from coze_sandbox._document import JSON
from coze_sandbox._errors import RefusalError
from coze_sandbox._frames import PROTOCOL, Wire
from coze_sandbox._json import Object, is_object
from coze_sandbox._requests import keep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Message, Receive, Scope, Send

    from coze_sandbox._checking import Checker
    from coze_sandbox._dialogue import Dialogue, Item
    from coze_sandbox._requests import RecordedRequest
    from coze_sandbox._scenarios import Scenario


@dataclass
class Session:
    """Takes what a client sends, and sends what the dialogue answers.

    Attributes:
        dialogue: answers.
        scenario: how the sending goes wrong.
        checker: checks what the client sends.
        recorded: keeps it.
        strict: whether names that the document does not know are refused.
    """

    dialogue: Dialogue
    scenario: Scenario
    checker: Checker
    recorded: RecordedRequest
    strict: bool
    _sending: asyncio.Task[None] | None = None

    async def run(
        self, headers: Mapping[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Talk until one of both sides ends it."""
        await receive()  # that the client wants to connect
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "websocket.accept", "headers": fields})
        wire = Wire(scope[PROTOCOL], self.scenario)
        try:
            await self._start_sending(wire, self.dialogue.opening())
            scope[PROTOCOL].silent = self.scenario.silent
            while (message := await receive())["type"] == "websocket.receive":
                items = self._answers(message)
                if not self.scenario.silent:
                    await self._start_sending(wire, items)
        finally:
            self._drop()

    async def _start_sending(self, wire: Wire, items: Iterable[Item]) -> None:
        """Send behind what is under way.

        Without a delay nothing is read meanwhile: who sends two events gets the whole answer to
        the first one.
        """
        self._sending = asyncio.create_task(self._send(wire, items, self._sending))
        if not (self.scenario.delay or self.scenario.endless):
            await self._sending

    async def _send(
        self, wire: Wire, items: Iterable[Item], before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await before
        for item in items:
            await asyncio.sleep(self.scenario.delay)
            if isinstance(item, bytes):
                await wire.write(item)
            elif isinstance(item, int):
                await wire.close(item)
            else:
                await wire.send(self.dialogue.encode(item))

    def _drop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()  # and with it those that it waits for
            self._sending = None

    def _answers(self, message: Message) -> Iterable[Item]:
        """Take a message of the client, and return what answers it."""
        text: str = message.get("text") or ""
        keep(self.recorded.messages, text.encode() or message.get("bytes") or b"", len)
        pending = self._sending is not None and not self._sending.done()
        try:
            dropping, items = self.dialogue.answer(self._read(text), pending=pending)
        except RefusalError as error:
            return [self.dialogue.error(error.msg)]
        if dropping:
            self._drop()
        return items

    def _read(self, text: str) -> Object:
        """Return an event that the client sent.

        Raises:
            RefusalError: it is none, or it breaks the document.
        """
        try:
            event: Any = json.loads(text)
        except ValueError as error:
            raise RefusalError(f"no JSON in a text frame: {error}") from error
        name = event.get("event_type") if is_object(event) else None
        events = self.dialogue.call.operation.events
        if str(name) not in events:
            raise RefusalError(
                f"event_type: {reprlib.repr(name)} is no event of this socket; it takes "
                f"{', '.join(events)}"
            )
        call = read(Call(events[str(name)], {}, (), {"content-type": JSON}, text.encode()))
        if not self.strict:
            call = as_served(call)
        self.recorded.unknown.extend(self.checker.check(call, strict=self.strict))
        return call.body

"""Call the functions that a bot asks for in a voice chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping  # hints resolve
from typing import Literal, Self, cast, overload

from coze_api import events, sockets  # as above
from coze_client._jobs._tools import Tools
from coze_core import CozeError

_ASKS = "conversation.chat.requires_action"


@overload
def turn_with_tools(
    socket: sockets.ChatSocket,
    tools: Mapping[str, Callable[..., object]],
    *,
    max_rounds: int = 10,
    tool_errors: Literal["output", "raise"] = "output",
) -> Iterator[events.ChatSocketEvent]: ...
@overload
def turn_with_tools(
    socket: sockets.AsyncChatSocket,
    tools: Mapping[str, Callable[..., object]],
    *,
    max_rounds: int = 10,
    tool_errors: Literal["output", "raise"] = "output",
) -> AsyncIterator[events.ChatSocketEvent]: ...
def turn_with_tools(
    socket: sockets.ChatSocket | sockets.AsyncChatSocket,
    tools: Mapping[str, Callable[..., object]],
    *,
    max_rounds: int = 10,
    tool_errors: Literal["output", "raise"] = "output",
) -> Iterator[events.ChatSocketEvent] | AsyncIterator[events.ChatSocketEvent]:
    """Return the events of a turn, and call the functions that the bot asks for meanwhile.

    The functions are called when the event is asked for that comes next, and as in `Chat.run`.

    Args:
        socket: An open ``websockets.chat``, where something was said.
        tools: As for `Chat.run`.
        max_rounds: How often calls are answered at most.
        tool_errors: As for `Chat.run`.

    Raises:
        CozeError: An argument makes no sense. While iterating: as for the ``turn`` of a socket, or
            the bot calls what is not there, or too often; the chat waits then.
    """
    ready = Tools("turn_with_tools", tools, max_rounds, tool_errors)
    given = cast("object", socket)
    if isinstance(given, sockets.AsyncChatSocket):
        return _AsyncTurn(given, ready)
    if isinstance(given, sockets.ChatSocket):
        return _turn(given, ready)
    kind = type(given).__name__
    raise CozeError(f"turn_with_tools: socket must be one of websockets.chat, got {kind}.")


def _turn(socket: sockets.ChatSocket, tools: Tools) -> Iterator[events.ChatSocketEvent]:
    goes_on = True
    while goes_on:
        goes_on = False
        for event in socket.turn():
            yield event
            if event.event_type == _ASKS and (calls := tools.asked(event.data)):
                socket.conversation.chat.submit_tool_outputs(
                    chat_id=event.data.id, tool_outputs=tools.outputs(calls)
                )
                goes_on = True


class _AsyncTurn:
    """Unlike a generator, it may be left anywhere."""

    def __init__(self, socket: sockets.AsyncChatSocket, tools: Tools) -> None:
        self._socket = socket
        self._tools = tools
        self._events = socket.turn()
        self._asking: events.ChatSocketEvent | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> events.ChatSocketEvent:
        event, self._asking = self._asking, None
        if event and event.event_type == _ASKS and (calls := self._tools.asked(event.data)):
            await self._socket.conversation.chat.submit_tool_outputs(
                chat_id=event.data.id, tool_outputs=await self._tools.async_outputs(calls)
            )
            self._events = self._socket.turn()
        self._asking = await anext(self._events)
        return self._asking

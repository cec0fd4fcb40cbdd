"""A socket as the generator would write it: a small one of a chat, and a pipe."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Literal

import attrs

from coze_core import AsyncSenders, AsyncSocket, Pipe, Senders, Socket, SocketOperation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@attrs.define(slots=False)
class Chat:
    id: str
    conversation_id: str = ""


@attrs.define(slots=False)
class Audio:
    content: bytes


@attrs.define(slots=False)
class Text:
    content: str


@attrs.define(slots=False)
class Delta:
    delta: bytes


CHAT: SocketOperation[Any] = SocketOperation(
    "sockets.chat",
    "/v1/chat",
    hosts={"https://api.test": "https://ws.test", "https://api.other": "https://ws.other"},
    events=lambda: {
        "chat.created": NoneType,
        "chat.updated": NoneType,
        "chat.began": Chat,
        "audio.delta": Audio,
        "audio.done": NoneType,
        "text.delta": Text,
        "chat.done": Chat,
        "error": Text,
    },
    send={
        "chat.update": (),
        "message.create": (),
        "audio.append": ("delta",),
        "text.speak": (),
        "chat.cancel": (),
    },
    ready="chat.created",
    errors=("error",),
    turn=("chat.done",),
    turn_after={"text.speak": ("audio.done",)},
    settings="chat.update",
    resume={"conversation_id": "config.conversation_id"},
)
SPEECH: SocketOperation[Any] = SocketOperation(
    "sockets.speech",
    "/v1/speech",
    hosts={},
    events=lambda: {"speech.delta": Delta, "speech.done": NoneType, "error": Text},
    send={"text.append": (), "text.done": (), "speech.update": ()},
    ready="speech.created",
    errors=("error",),
    turn=("speech.done",),
    settings="speech.update",
    pipe=Pipe("text.append", "delta", "text.done", "speech.delta", "delta", "speech.done", 8),
)
HEARING: SocketOperation[Any] = SocketOperation(
    "sockets.hearing",
    "/v1/hearing",
    hosts={},
    events=lambda: {"text.update": Text, "text.done": NoneType},
    send={"audio.append": ("delta",), "audio.done": (), "hearing.update": ()},
    ready="hearing.created",
    errors=(),
    turn=("text.done",),
    settings="hearing.update",
    pipe=Pipe("audio.append", "delta", "audio.done", "text.update", "content", "text.done"),
)


class MessageSenders(Senders):
    def create(self, *, content: str, role: Literal["user"] = "user") -> None:
        self._send("message.create", {"content": content, "role": role})


class AsyncMessageSenders(AsyncSenders):
    async def create(self, *, content: str, role: Literal["user"] = "user") -> None:
        await self._send("message.create", {"content": content, "role": role})


class ChatSocket(Socket[Any, str]):
    @property
    def message(self) -> MessageSenders:
        return MessageSenders(self._send)

    def pipe(self, source: Any) -> Iterator[Any]:
        return self._pipe(source)


class AsyncChatSocket(AsyncSocket[Any, str]):
    @property
    def message(self) -> AsyncMessageSenders:
        return AsyncMessageSenders(self._send)

    def pipe(self, source: Any) -> AsyncIterator[Any]:
        return self._pipe(source)

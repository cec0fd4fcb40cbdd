"""Wait for chats."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  # hints resolve at run time
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from coze_api import models, waiting
from coze_api.resources import chat as chats
from coze_client._jobs._steps import waiting_for, within
from coze_client._jobs.tasks import DEADLINE
from coze_core import APITimeoutError, arun, check_deadline, polled, run

if TYPE_CHECKING:
    from coze_core import Job


class ChatResult(NamedTuple):
    """A chat that has ended, or that waits for the outputs of tools.

    Attributes:
        chat: The chat; where ``status`` is ``requires_action``, its ``required_action`` has the
            calls.
        messages: What the bot said and did, in order.
    """

    chat: models.Chat
    messages: list[models.ChatMessage]

    @property
    def text(self) -> str:
        """The answer, as text."""
        return "".join(one.content for one in self.messages if one.type == "answer")

    @property
    def usage(self) -> models.ChatUsage | None:
        """The tokens that the chat used."""
        return self.chat.usage


class Chat(chats.Chat):
    """The methods of ``chat``, and waiting for a chat."""

    def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.Chat], object] | None = None,
        cancel_on_deadline: bool = False,
        **arguments: Unpack[waiting.ChatCreateArguments],
    ) -> ChatResult:
        """Start a chat, wait until it has ended or asks for tools, and return what was said.

        The chat must be saved: with ``auto_save_history=False`` its messages cannot be asked for.

        Args:
            deadline: Seconds for the whole of it; ``None``: no limit.
            on_progress: Called with what each poll returned.
            cancel_on_deadline: Whether the chat is cancelled when the deadline passes.
            arguments: As for `create`.

        Raises:
            APIError: The chat failed or was cancelled; code and words are its own.
            APITimeoutError: The deadline has passed; the error names the chat.
        """
        return run(_chat(self, deadline, on_progress, arguments, cancel=cancel_on_deadline))


class AsyncChat(chats.AsyncChat):
    """The methods of ``chat``, and waiting for a chat."""

    async def create_and_poll(
        self,
        *,
        deadline: float | None = DEADLINE,
        on_progress: Callable[[models.Chat], object] | None = None,
        cancel_on_deadline: bool = False,
        **arguments: Unpack[waiting.ChatCreateArguments],
    ) -> ChatResult:
        """As `Chat.create_and_poll`; ``on_progress`` may be async."""
        job = _chat(self, deadline, on_progress, arguments, cancel=cancel_on_deadline)
        return await arun(job)


def _chat(
    chat: Any, deadline: float | None, on_progress: Any, arguments: Any, *, cancel: bool
) -> Job[ChatResult]:
    check_deadline("chat.create", deadline)
    started: models.Chat = yield chat.create(**arguments)
    ids = {"conversation_id": started.conversation_id, "chat_id": started.id}
    polling = waiting_for(chat, waiting.CHAT_CREATE, ids, deadline, on_progress)
    try:
        ended = yield from polled(polling, lambda left: within(chat, left).retrieve(**ids))
    except APITimeoutError:
        if cancel:
            yield chat.cancel(**ids)
        raise
    messages = yield chat.messages.list(**ids)
    return ChatResult(ended, messages)

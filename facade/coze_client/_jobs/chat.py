"""Wait for chats, and call the tools that they ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping  # hints resolve at run time
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Unpack

from coze_api import events, models, waiting  # hints resolve at run time
from coze_api.resources import chat as chats
from coze_client._jobs._steps import DEADLINE, begin, within
from coze_core import (
    APITimeoutError,
    AsyncStream,
    CozeError,
    Stream,
    arun,
    instead,
    polled,
    run,
)

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
        answers = [one for one in self.messages if getattr(one, "type", None) == "answer"]
        return "".join(str(one.content or "") for one in answers)

    @property
    def usage(self) -> models.ChatUsage | None:
        """The tokens that the chat used."""
        return self.chat.usage


class Chat(chats.Chat):
    """The methods of ``chat``, waiting for a chat, and calling tools."""

    @instead({"poll_timeout": "deadline="})  # the official SDK's name
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

    def run(
        self,
        *,
        tools: Mapping[str, Callable[..., object]],
        max_rounds: int = 10,
        tool_errors: Literal["output", "raise"] = "output",
        recover: bool = False,
        **arguments: Unpack[waiting.ChatCreateArguments],
    ) -> Stream[events.ChatEvent, events.ChatStreamResult]:
        """Stream a chat, and call the functions that the bot asks for, until it is done.

        All functions of a round are called at once: the first in the thread of the caller, the
        others in threads of their own, and async ones in event loops. What they return is sent to
        the bot, as JSON unless it is text; a last round has no calls. The chat must be saved, so
        ``auto_save_history`` cannot be ``False``.

        Args:
            tools: Functions by the names of the tools. Each parameter has a type hint; the
                arguments that the bot gives are checked against them.
            max_rounds: How often calls are answered at most.
            tool_errors: ``"output"``: an exception, or arguments that do not fit, go to the bot
                as the output of the tool, with the text of the exception. ``"raise"``: they
                end the iteration.
            recover: As for `stream`, in each round.
            arguments: As for `stream`. A deadline of the client counts for each round.

        Returns:
            The events of all rounds; the request is sent on entering the context manager.

        Raises:
            CozeError: An argument makes no sense. While iterating: as for `stream`, or the bot
                calls what is not there, or too often; the error names the chat, which waits.
        """
        from coze_client._jobs._tools import Tools  # noqa: PLC0415  # loaded when it is used
        from coze_core import Rounds  # noqa: PLC0415  # as above

        ready = Tools("chat.run", tools, max_rounds, tool_errors)
        _check_saved(arguments)

        def follow(
            result: events.ChatStreamResult,
        ) -> Stream[events.ChatEvent, events.ChatStreamResult] | None:
            if result.end is None or not (calls := ready.asked(result.end)):
                return None
            return self.stream_submit_tool_outputs(
                conversation_id=result.end.conversation_id,
                chat_id=result.end.id,
                tool_outputs=ready.outputs(calls),
                recover=recover,
            )

        return Rounds(self.stream(**arguments, recover=recover), follow)


class AsyncChat(chats.AsyncChat):
    """The methods of ``chat``, waiting for a chat, and calling tools."""

    @instead({"poll_timeout": "deadline="})
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

    def run(
        self,
        *,
        tools: Mapping[str, Callable[..., object]],
        max_rounds: int = 10,
        tool_errors: Literal["output", "raise"] = "output",
        recover: bool = False,
        **arguments: Unpack[waiting.ChatCreateArguments],
    ) -> AsyncStream[events.ChatEvent, events.ChatStreamResult]:
        """As `Chat.run`; async functions are awaited, others run in threads."""
        from coze_client._jobs._tools import Tools  # noqa: PLC0415  # loaded when it is used
        from coze_core import AsyncRounds  # noqa: PLC0415  # as above

        ready = Tools("chat.run", tools, max_rounds, tool_errors)
        _check_saved(arguments)

        async def follow(
            result: events.ChatStreamResult,
        ) -> AsyncStream[events.ChatEvent, events.ChatStreamResult] | None:
            if result.end is None or not (calls := ready.asked(result.end)):
                return None
            return self.stream_submit_tool_outputs(
                conversation_id=result.end.conversation_id,
                chat_id=result.end.id,
                tool_outputs=await ready.async_outputs(calls),
                recover=recover,
            )

        return AsyncRounds(self.stream(**arguments, recover=recover), follow)


def _chat(
    chat: Any, deadline: float | None, on_progress: Any, arguments: Any, *, cancel: bool
) -> Job[ChatResult]:
    polling = begin(chat, waiting.CHAT_CREATE, deadline, on_progress)
    started = yield within(chat, polling).create(**arguments)
    ids = [getattr(started, name, None) for name in ("conversation_id", "id")]
    polling.started(conversation_id=ids[0], chat_id=ids[1])

    def ask() -> Job[models.Chat]:
        return (yield within(chat, polling).retrieve(**polling.ids))

    try:
        ended = yield from polled(polling, ask)
    except APITimeoutError as error:
        if cancel and polling.expired:
            try:
                yield chat.cancel(**polling.ids)
            except CozeError as refused:
                error.add_note(f"It was not cancelled: {refused}")
        raise
    messages = yield within(chat, polling).messages.list(**polling.ids)
    return ChatResult(ended, messages)


def _check_saved(arguments: waiting.ChatCreateArguments) -> None:
    if arguments.get("auto_save_history") is False:
        raise CozeError(
            "chat.run: with auto_save_history=False the API takes no outputs of tools. "
            "Leave it out."
        )

"""What a strict user of the client sees: this file is only type-checked, never run."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Literal, assert_never, assert_type

from coze_client import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AsyncCoze,
    AsyncDownload,
    AsyncPage,
    AsyncPages,
    AuthenticationError,
    AuthorizationRequest,
    Coze,
    CozeError,
    DeviceAuthorization,
    DeviceCodeAuth,
    Download,
    Event,
    JWTAuth,
    OAuthToken,
    Page,
    PKCEAuth,
    RequestInfo,
    Response,
    ResponseInfo,
    StreamError,
    UnknownEvent,
    models,
    response_of,
)

if TYPE_CHECKING:
    # Some are named in quotes only.
    from collections.abc import Iterator, Mapping  # noqa: F401
    from contextlib import AbstractContextManager
    from pathlib import Path

    from coze_client import AsyncStream, Stream, events, params  # noqa: F401


def lists(coze: Coze) -> None:
    page = coze.bots.list(workspace_id="1", publish_status="all")
    assert_type(page, Page[models.BotSummary])
    assert_type(page.items, list[models.BotSummary])
    assert_type(page.next_page(), Page[models.BotSummary] | None)
    assert_type(page.iter_pages(), "Iterator[Page[models.BotSummary]]")
    for bot in page:
        assert_type(bot, models.BotSummary)
        assert_type(bot.id, str)
    assert_type(page.total, int | None)
    assert_type(page.has_more, bool)
    assert_type(page.data, object)
    assert_type(response_of(page), ResponseInfo)
    windows = coze.conversations.messages.list(conversation_id="1", before_id="2")
    assert_type(windows, Page[models.Message])


def results(coze: Coze) -> None:
    assert_type(coze.bots.retrieve(bot_id="1"), models.Bot)
    assert_type(coze.bots.update(bot_id="1", name="n"), None)
    assert_type(coze.plugins.mget(ids=["1", "2"]).items, list[models.Plugin])
    assert_type(coze.plugins.mget(ids=("1", "2")).items, list[models.Plugin])
    assert_type(response_of(coze.users.me()).logid, str | None)
    bot = coze.bots.retrieve(bot_id="1", is_published=None)
    if bot.prompt_info is not None:
        assert_type(bot.prompt_info, models.BotPrompt)
        assert_type(bot.prompt_info.prompt, str | None)
    run = coze.workflows.runs.create(workflow_id="1", parameters={"any": ["thing", 1, None]})
    assert_type(run, models.WorkflowRun)
    assert_type(run.data, str | None)


def dict_literals(coze: Coze) -> None:
    message: params.EnterMessage = {"role": "user", "content": "hi", "content_type": "text"}
    coze.chat.create(bot_id="1", user_id="u", additional_messages=[message])
    coze.chat.create(bot_id="1", user_id="u", additional_messages=(message, message))
    coze.chat.create(
        bot_id="1", user_id="u", additional_messages=[{"role": "user", "content": "hi"}]
    )
    assert_type(message["role"], Literal["user", "assistant"])
    coze.bots.create(
        space_id="1",
        name="n",
        prompt_info={"prompt": "p"},
        onboarding_info={"prologue": "p", "suggested_questions": ["q"]},
    )


def files(coze: Coze, path: Path) -> None:
    for content in (b"bytes", path, ("a.png", b"bytes"), ("a.png", b"bytes", "image/png")):
        assert_type(coze.files.upload(file=content), models.File)
    with path.open("rb") as file:
        coze.files.upload(file=file)
        coze.files.upload(file=("a.png", file))
    download = coze.audio.speech.create(input="hi", voice_id="1")
    assert_type(download, Download)
    assert_type(download.read(), bytes)
    assert_type(download.iter_bytes(), "Iterator[bytes]")
    assert_type(download.write_to("a.mp3"), int)
    with coze.audio.speech.create(input="hi", voice_id="1", response_format="mp3") as opened:
        assert_type(opened, Download)


def narrowing(event: events.ChatEvent) -> None:
    if event.event == "conversation.message.delta":
        assert_type(event.data, models.ChatMessage)
    elif event.event == "conversation.chat.completed":
        assert_type(event.data, models.Chat)
    elif event.event == "done":
        assert_type(event.data, str)
    elif event.event == "unknown":
        assert_type(event, UnknownEvent)
        assert_type(event.name, str)
        assert_type(event.data, str)


def all_events(event: events.WorkflowEvent) -> str:
    """Leave nothing after the last kind of event: which kinds there are is known."""
    if event.event == "Message":
        assert_type(event, Event[Literal["Message"], models.WorkflowMessage])
        return event.data.content or ""
    if event.event == "Interrupt":
        assert_type(event.data, models.WorkflowInterrupt)
        return str(event.data.interrupt_data)
    if event.event == "PING":
        return event.data
    if event.event == "Done":
        return event.data.debug_url or ""
    if event.event == "unknown":
        return event.data
    assert_never(event)


def chat_with_a_workflow(event: events.WorkflowChatEvent) -> str:
    """Share a branch among several names; a pattern narrows as well."""
    if event.event in {"conversation.message.delta", "conversation.message.completed"}:
        return event.event
    match event:
        case UnknownEvent(name=name):
            assert_type(name, str)
            return name
        case _:
            assert_type(event.data, models.Chat | models.ChatMessage | models.WorkflowDone | str)
            return ""


def streams(coze: Coze) -> None:
    with coze.chat.stream(bot_id="1", user_id="u") as stream:
        assert_type(stream, "Stream[events.ChatEvent, events.ChatStreamResult]")
        assert_type(stream.response, ResponseInfo)
        annotated: Stream[events.ChatEvent] = stream
        chat_result(annotated, stream.final())
        for event in stream:
            narrowing(event)
            assert_type(event.id, str | None)
            assert_type(event.retry, int | None)
    with coze.workflows.runs.stream(workflow_id="1") as run:
        assert_type(run, "Stream[events.WorkflowEvent, events.WorkflowStreamResult]")
        end = run.final().end
        assert_type(end, models.WorkflowInterrupt | models.WorkflowDone | None)
        assert_type(run.final().messages, list[models.WorkflowMessage])
        assert_type(run.final().usage, models.WorkflowUsage | None)
    with coze.chat.run(bot_id="1", user_id="u", tools={}) as rounds:
        assert_type(rounds.final().messages, list[models.ChatMessage])
    output: params.ToolOutput = {"tool_call_id": "1", "output": "o"}
    outputs = coze.chat.stream_submit_tool_outputs(
        conversation_id="1", chat_id="2", tool_outputs=[output]
    )
    assert_type(outputs, "Stream[events.ChatEvent, events.ChatStreamResult]")
    assert_type(next(outputs), "events.ChatEvent")
    assert_type(outputs.close(), None)
    with coze.workflows.chat.stream(workflow_id="1", parameters={}, additional_messages=[]) as chat:
        assert_type(chat, "Stream[events.WorkflowChatEvent, events.WorkflowChatStreamResult]")


def chat_result(stream: Stream[events.ChatEvent], result: events.ChatStreamResult) -> None:
    assert_type(stream.final().text, str)
    assert_type(result.text, str)
    assert_type(result.messages, list[models.ChatMessage])
    assert_type(result.end, models.Chat | None)
    assert_type(result.status, str | None)
    assert_type(result.usage, models.ChatUsage | None)


def options(coze: Coze) -> None:
    assert_type(coze.with_options(timeout=5), Coze)
    assert_type(coze.with_options(deadline=20, token=lambda: "pat_..."), Coze)
    assert_type(coze.with_options(timeout=5).bots.retrieve(bot_id="1"), models.Bot)
    response = coze.with_response(coze.bots.update, bot_id="1")
    assert_type(response, Response[None])
    assert_type(coze.with_response(coze.bots.retrieve, bot_id="1").value, models.Bot)
    listed = coze.with_response(coze.bots.list, workspace_id="1")
    assert_type(listed, Response[Page[models.BotSummary]])
    assert_type(listed.headers, "Mapping[str, str]")
    assert_type(listed.status_code, int)
    assert_type(listed.request, RequestInfo)


def failures(coze: Coze) -> None:
    try:
        coze.bots.retrieve(bot_id="1")
    except AuthenticationError as error:
        assert_type(error.code, int | str | None)
    except APIError as error:
        assert_type(error.status_code, int)
        assert_type(error.response, ResponseInfo | None)
    except APITimeoutError as error:
        assert_type(error.phase, Literal["connect", "read", "write", "pool", "deadline"])
    except APIConnectionError as error:
        assert_type(error.sent, bool)
    except StreamError as error:
        assert_type(error.data, object)
    except CozeError as error:
        assert_type(error, CozeError)


def open_enumerations(bot: models.Bot) -> None:
    mode = bot.bot_mode
    assert_type(models.BotMode.MULTI_MODE, Literal[1])
    assert_type(mode, Literal[0, 1, 2] | int | None)
    assert_type(bot.default_user_input_type, Literal["text", "voice", "call"] | str | None)
    assert_type(bot.to_dict(), dict[str, Any])


class Kept:
    """A store of a user's own."""

    def __init__(self) -> None:
        self.token: OAuthToken | None = None

    def load(self) -> OAuthToken | None:
        return self.token

    def save(self, token: OAuthToken) -> None:
        self.token = token

    def lock(self) -> AbstractContextManager[object]:
        return nullcontext()


def tokens(pem: str) -> None:
    service = JWTAuth(client_id="1", public_key_id="k", private_key=pem, session_name="alice")
    assert_type(service.token(), str)
    login = PKCEAuth(client_id="1", redirect_uri="http://127.0.0.1:1/callback", store=Kept())
    request = login.start()
    assert_type(request, AuthorizationRequest)
    assert_type(login.finish(request, request.url), OAuthToken)
    assert_type(DeviceCodeAuth(client_id="1").login(shown), OAuthToken)
    for auth in (service, login):
        assert_type(Coze(auth=auth), Coze)
        assert_type(AsyncCoze(auth=auth), AsyncCoze)
    Coze(lambda: "pat_x")
    AsyncCoze(token_later)


def shown(device: DeviceAuthorization) -> None:
    assert_type(device.user_code, str)


async def token_later() -> str:
    return "pat_x"


async def asynchronous(coze: AsyncCoze) -> None:
    assert_type(await coze.bots.retrieve(bot_id="1"), models.Bot)
    pages = coze.bots.list(workspace_id="1")
    assert_type(pages, AsyncPages[models.BotSummary])
    page = await pages
    assert_type(page, AsyncPage[models.BotSummary])
    assert_type(page.items, list[models.BotSummary])
    assert_type(await page.next_page(), AsyncPage[models.BotSummary] | None)
    async for each in page.iter_pages():
        assert_type(each, AsyncPage[models.BotSummary])
    async for bot in coze.bots.list(workspace_id="1"):
        assert_type(bot, models.BotSummary)
    assert_type((await coze.plugins.mget(ids=["1"])).items, list[models.Plugin])
    async with coze.chat.stream(bot_id="1", user_id="u") as stream:
        assert_type(stream, "AsyncStream[events.ChatEvent, events.ChatStreamResult]")
        assert_type(await stream.final(), "events.ChatStreamResult")
        async for event in stream:
            narrowing(event)
    download = await coze.audio.speech.create(input="hi", voice_id="1")
    assert_type(download, AsyncDownload)
    assert_type(await download.read(), bytes)
    assert_type(await download.write_to("a.mp3"), int)
    async for piece in download.iter_bytes():
        assert_type(piece, bytes)
    response = await coze.with_response(coze.bots.update, bot_id="1")
    assert_type(response, Response[None])
    listed = await coze.with_response(coze.bots.list, workspace_id="1")
    assert_type(listed, Response[AsyncPage[models.BotSummary]])
    assert_type(listed.value.total, int | None)
    assert_type(response_of(page).logid, str | None)
    assert_type(coze.with_options(max_retries=0), AsyncCoze)
    for content in (b"bytes", ("a.png", b"bytes")):
        assert_type(await coze.files.upload(file=content), models.File)
    message: params.EnterMessage = {"role": "user", "content": "hi", "content_type": "text"}
    created = await coze.chat.create(bot_id="1", user_id="u", additional_messages=[message])
    assert_type(created, models.Chat)

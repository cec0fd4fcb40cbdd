"""What a strict user of the client sees: this file is only type-checked, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, assert_type

from coze_client import (
    AsyncCoze,
    AsyncDownload,
    AsyncPage,
    Coze,
    Download,
    Page,
    Response,
    UnknownEvent,
    models,
    response_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator  # noqa: F401  # assert_type names it in quotes

    from coze_client import events, params


def lists(coze: Coze) -> None:
    page = coze.bots.list(workspace_id="1", publish_status="all")
    assert_type(page, Page[models.BotSummary])
    assert_type(page.items, list[models.BotSummary])
    assert_type(page.next_page(), Page[models.BotSummary] | None)
    assert_type(page.iter_pages(), "Iterator[Page[models.BotSummary]]")
    for bot in page:
        assert_type(bot, models.BotSummary)
        assert_type(bot.id, str | None)
    assert_type(page.total, int | None)


def results(coze: Coze) -> None:
    assert_type(coze.bots.retrieve(bot_id="1"), models.Bot)
    assert_type(coze.bots.update(bot_id="1", name="n"), None)
    assert_type(coze.plugins.mget(ids=["1", "2"]).items, list[models.Plugin])
    assert_type(coze.audio.speech.create(input="hi", voice_id="1"), Download)
    assert_type(response_of(coze.users.me()).logid, str | None)


def dict_literals(coze: Coze) -> None:
    message: params.EnterMessage = {"role": "user", "content": "hi", "content_type": "text"}
    coze.chat.create(bot_id="1", user_id="u", additional_messages=[message])
    coze.chat.create(
        bot_id="1", user_id="u", additional_messages=[{"role": "user", "content": "hi"}]
    )


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


def streams(coze: Coze) -> None:
    with coze.chat.stream(bot_id="1", user_id="u") as stream:
        for event in stream:
            narrowing(event)


def options(coze: Coze) -> None:
    assert_type(coze.with_options(timeout=5).bots.retrieve(bot_id="1"), models.Bot)
    response = coze.with_response(coze.bots.update, bot_id="1")
    assert_type(response, Response[None])
    assert_type(coze.with_response(coze.bots.retrieve, bot_id="1").value, models.Bot)


def open_enumerations(bot: models.Bot) -> None:
    mode = bot.bot_mode
    assert_type(models.BotMode.MULTI_MODE, Literal[1])
    assert_type(mode, Literal[0, 1, 2] | int | None)
    assert_type(bot.default_user_input_type, Literal["text", "voice", "call"] | str | None)
    assert_type(bot.to_dict(), dict[str, Any])


async def asynchronous(coze: AsyncCoze) -> None:
    assert_type(await coze.bots.retrieve(bot_id="1"), models.Bot)
    page = await coze.bots.list(workspace_id="1")
    assert_type(page, AsyncPage[models.BotSummary])
    assert_type(await page.next_page(), AsyncPage[models.BotSummary] | None)
    async for bot in coze.bots.list(workspace_id="1"):
        assert_type(bot, models.BotSummary)
    async with coze.chat.stream(bot_id="1", user_id="u") as stream:
        async for event in stream:
            narrowing(event)
    assert_type(await coze.audio.speech.create(input="hi", voice_id="1"), AsyncDownload)
    assert_type(await coze.with_response(coze.bots.update, bot_id="1"), Response[None])

"""Fields that the document lacks: kept, if asked for, wherever a model is."""

from __future__ import annotations

import copy
import json
import pickle
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import AsyncCoze, Coze, CozeError, models, response_of
from tests.core.scripted_server import ScriptedServer, answer, ok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Serve = Callable[..., str]

BOT: dict[str, Any] = {
    "bot_id": "1",
    "name": None,
    "new": {"deep": [1, None]},
    "prompt_info": {"prompt": "p", "tone": "dry"},
    "plugin_info_list": [{"plugin_id": "2", "rank": 3}],
}


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda *script: stack.enter_context(ScriptedServer(*script)).url


def kept(serve: Serve) -> models.Bot:
    with Coze("t", base_url=serve(ok(BOT)), keep_extra=True) as coze:
        return coze.bots.retrieve(bot_id="1")


def test_every_model_keeps_what_the_document_lacks(serve: Serve) -> None:
    bot = kept(serve)
    assert bot.extra == {"new": {"deep": [1, None]}}
    assert bot.prompt_info
    assert bot.prompt_info.extra == {"tone": "dry"}
    assert bot.plugin_info_list
    assert bot.plugin_info_list[0].extra == {"rank": 3}
    assert bot.plugin_info_list[0].plugin_id == "2"


def test_to_dict_is_what_came_so_absent_is_not_null(serve: Serve) -> None:
    bot = kept(serve)
    assert bot.to_dict() == BOT
    assert "name" in bot.to_dict()
    assert "description" not in bot.to_dict()
    bot.name = "n"
    assert bot.to_dict() == BOT | {"name": "n"}


def test_copies_and_pickles_keep_it(serve: Serve) -> None:
    bot = kept(serve)
    for other in (copy.copy(bot), copy.deepcopy(bot), pickle.loads(pickle.dumps(bot))):  # noqa: S301  # our own bytes
        assert other == bot
        assert other.to_dict() == BOT
        assert other.plugin_info_list[0].extra == {"rank": 3}


def test_items_of_pages_and_a_copy_of_the_client_keep_it(serve: Serve) -> None:
    page = {"workspaces": [{"id": "1", "colour": "red"}], "total_count": 1}
    with Coze("t", base_url=serve(ok(page), ok(page))) as coze:
        (found,) = coze.with_options(keep_extra=True).workspaces.list().items
        assert found.extra == {"colour": "red"}
        (found,) = coze.workspaces.list().items
        assert not hasattr(found, "extra")


@pytest.mark.anyio
async def test_the_async_client_keeps_it(serve: Serve) -> None:
    async with AsyncCoze("t", base_url=serve(ok(BOT)), keep_extra=True) as coze:
        assert (await coze.bots.retrieve(bot_id="1")).to_dict() == BOT


def test_without_it_extra_says_how_to_switch_it_on(serve: Serve) -> None:
    with Coze("t", base_url=serve(ok(BOT))) as coze:
        bot = coze.bots.retrieve(bot_id="1")
    with pytest.raises(CozeError, match=r"^Bot: what .* lacks was not kept.*keep_extra=True"):
        _ = bot.extra
    assert "new" not in bot.to_dict()
    with pytest.raises(CozeError, match="keep_extra"):
        _ = models.Bot().extra


@pytest.mark.parametrize("value", [1, "yes"])
def test_only_a_bool_switches_it(value: Any) -> None:
    message = f"keep_extra must be True or False, got {type(value).__name__}"
    with pytest.raises(CozeError, match=message):
        Coze("t", keep_extra=value)
    with pytest.raises(CozeError, match=message):
        Coze("t").with_options(keep_extra=value)


def event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


DELTA = {"id": "1", "content": "a", "mood": "calm"}
STREAM = answer(
    body=event("conversation.message.delta", DELTA)
    + event("conversation.message.new", {"x": 1})
    + event("conversation.message.delta", DELTA)
    + event("done", "[DONE]"),
    kind="text/event-stream",
)


@pytest.mark.parametrize("keep_extra", [False, True])
def test_an_event_has_its_bytes_and_its_json(serve: Serve, *, keep_extra: bool) -> None:
    with (
        Coze("t", base_url=serve(STREAM), keep_extra=keep_extra) as coze,
        coze.chat.stream(bot_id="1", user_id="u") as stream,
    ):
        delta, new, other, done = stream
    assert delta.json() == DELTA
    assert delta.raw == other.raw == json.dumps(DELTA).encode()
    assert new.event == "unknown"
    assert new.json() == {"x": 1}
    assert done.json() == "[DONE]"
    if keep_extra:
        for one in (delta, other):
            assert one.event == "conversation.message.delta"
            assert one.data.extra == {"mood": "calm"}


def test_an_event_whose_data_is_no_json_says_so(serve: Serve) -> None:
    stream = answer(body=b"event: done\ndata: [DONE\n\n", kind="text/event-stream")
    with (
        Coze("t", base_url=serve(stream)) as coze,
        coze.chat.stream(bot_id="1", user_id="u") as events,
    ):
        (done,) = events
    assert done.raw == b"[DONE"
    with pytest.raises(CozeError, match="the data of the event done is not JSON; see raw"):
        done.json()


def test_an_answer_with_other_fields_is_whole_in_its_response(serve: Serve) -> None:
    with Coze("t", base_url=serve(ok(BOT))) as coze:
        assert response_of(coze.bots.retrieve(bot_id="1")).json()["data"] == BOT

"""Names that callers bring from the official SDK are errors that say what to write here."""

from __future__ import annotations

import asyncio
import inspect
from functools import reduce
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import AsyncCoze, Coze, models
from coze_core import Event, UnknownEvent
from tests.client.calls import call_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_sandbox import Sandbox


def method(coze: Coze | AsyncCoze, path: str) -> Any:
    return reduce(getattr, path.split("."), coze)


def call_sync(path: str, **arguments: Any) -> None:
    with Coze() as coze:
        method(coze, path)(**arguments)


def call_async(path: str, **arguments: Any) -> None:
    async def main() -> None:
        async with AsyncCoze() as coze:
            await method(coze, path)(**arguments)

    asyncio.run(main())


@pytest.mark.parametrize("call", [call_sync, call_async])
@pytest.mark.parametrize(
    ("path", "other", "own"),
    [
        ("bots.list", "space_id", "workspace_id="),
        ("api_apps.update", "app_id", "api_app_id="),
        ("api_apps.delete", "app_id", "api_app_id="),
        ("datasets.create", "icon_file_id", "file_id="),
        ("datasets.update", "icon_file_id", "file_id="),
        ("datasets.documents.list", "page_num", "page="),
        ("datasets.documents.list", "page_size", "size="),
        ("chat.create_and_poll", "poll_timeout", "deadline="),
    ],
)
def test_an_argument_of_the_official_sdk_says_what_to_write(
    coze_sandbox: Sandbox, call: Callable[..., None], path: str, other: str, own: str
) -> None:
    name = path.rpartition(".")[2]
    with pytest.raises(TypeError, match=rf"\.{name}\(\) .*'{other}': write {own} instead"):
        call(path, **{other: "1"})
    assert not coze_sandbox.requests


def test_a_method_with_such_an_argument_is_what_it_was() -> None:
    with Coze("t") as coze:
        assert not inspect.iscoroutinefunction(coze.api_apps.update)
        assert next(iter(inspect.signature(coze.api_apps.update).parameters)) == "api_app_id"
    assert inspect.iscoroutinefunction(AsyncCoze("t").api_apps.update)


@pytest.mark.parametrize("client", [Coze, AsyncCoze])
def test_an_attribute_that_is_not_there_says_which_are(client: Callable[[str], Any]) -> None:
    coze = client("t")
    with pytest.raises(AttributeError, match="has no attribute 'knowledge': write datasets"):
        _ = coze.knowledge
    with pytest.raises(AttributeError, match=r"'retrive': it has .*, retrieve, ") as caught:
        _ = coze.bots.retrive
    assert (caught.value.name, caught.value.obj) == ("retrive", coze.bots)
    assert not hasattr(coze.bots, "__array__")


def test_the_message_of_an_event_is_its_data() -> None:
    for event in (Event("delta", models.Bot()), UnknownEvent("unknown", "{}", name="new")):
        kind = type(event.data).__name__
        with pytest.raises(AttributeError, match=f"'message': what it tells is its data.* {kind}"):
            _ = event.message  # type: ignore[attr-defined]  # as the official SDK has it


def test_a_resumption_that_is_no_stream_says_so_when_it_is_iterated_over(
    coze_sandbox: Sandbox,
) -> None:
    call = call_of("workflows.runs.resume")
    with Coze() as coze, pytest.raises(TypeError, match="'WorkflowRun' object is no stream"):
        for _ in call.on(coze)(**call.arguments):
            pass
    assert "stream_resume" in (inspect.getdoc(call.on(coze)) or "").partition("\n")[0]
    assert len(coze_sandbox.requests) == 1


@pytest.mark.parametrize("path", ["bots.list_published", "bots.retrieve_online"])
def test_what_the_api_deprecates_is_marked(path: str) -> None:
    assert method(Coze("t"), path).__deprecated__ == "Deprecated by the API."


def test_a_delta_is_shown_by_its_content() -> None:
    delta = models.ChatMessage(
        id="7" * 19, conversation_id="7" * 19, role="assistant", type="answer",
        content="Hello", content_type="text",
    )  # fmt: skip
    shown = repr(Event("conversation.message.delta", delta))
    assert shown.startswith("Event('conversation.message.delta', ChatMessage(content='Hello', ")

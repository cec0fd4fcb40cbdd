"""Models, pages, streams and methods in frameworks: FastAPI, pydantic, agents, pickle."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from typing import TYPE_CHECKING, Annotated

import fastapi
import pytest
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError
from pydantic_ai import Agent, Tool
from pydantic_ai.models.test import TestModel

from coze_client import AsyncCoze, Coze, CozeError, Page, models
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_routes_of_fastapi_give_models_pages_and_streams(coze: Coze) -> None:
    app = fastapi.FastAPI()

    @app.get("/bot")
    def bot() -> models.Bot:
        return coze.bots.retrieve(bot_id="7")

    @app.get("/bots")
    def bots() -> Page[models.BotSummary]:
        return coze.bots.list(workspace_id="1")

    @app.post("/message")
    def message(message: Annotated[models.ChatMessage, fastapi.Body()]) -> str:
        return message.content

    @app.get("/chat")
    def chat() -> StreamingResponse:
        def texts() -> Iterator[str]:
            with coze.chat.stream(bot_id="1", user_id="u") as stream:
                yield from stream.text

        return StreamingResponse(texts())

    client = TestClient(app)
    assert client.get("/bot").json() == coze.bots.retrieve(bot_id="7").to_dict()
    assert client.get("/bots").json() == coze.bots.list(workspace_id="1").to_dict()
    assert client.get("/chat").text
    sent = models.ChatMessage(
        id="1", conversation_id="2", role="user", type="question", content="hi", content_type="text"
    )
    assert client.post("/message", json=sent.to_dict()).json() == "hi"
    assert client.post("/message", json=[1]).status_code == 422
    described = client.get("/openapi.json").json()
    assert "bot_id" in json.dumps(described["paths"]["/bot"] | described["components"])


def test_an_agent_framework_makes_a_tool_of_a_method(coze: Coze) -> None:
    one = Tool(coze.bots.retrieve, name="retrieve_bot")
    schema = one.tool_def.parameters_json_schema
    assert schema["properties"]["bot_id"]["type"] == "string"
    assert schema["required"] == ["bot_id"]
    agent = Agent(TestModel(), tools=[one, Tool(coze.bots.list, name="list_bots")])
    answer = json.loads(asyncio.run(agent.run("Which bots are there?")).output)
    assert answer["retrieve_bot"] == coze.bots.retrieve(bot_id="a").to_dict()
    assert answer["list_bots"] == coze.bots.list(workspace_id="1").to_dict()


def test_pydantic_validates_a_model_or_a_dict_and_dumps_wire_names(coze: Coze) -> None:
    adapter = TypeAdapter(models.Bot)
    bot = coze.bots.retrieve(bot_id="7")
    assert adapter.validate_python(bot) is bot
    assert adapter.validate_python(bot.to_dict()) == bot
    assert adapter.validate_json(bot.to_json()) == bot
    assert adapter.dump_python(bot) == bot.to_dict()
    assert json.loads(adapter.dump_json(bot)) == bot.to_dict()
    assert adapter.json_schema()["properties"]["bot_id"] == {"type": "string"}
    with pytest.raises(ValidationError, match="Bot is made from a dict, got int"):
        adapter.validate_python(7)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (7, "Bot is made from a dict, got int"),
        ({"bot_id": ["x"]}, r"this does not fit: \$\.bot_id"),
    ],
)
def test_a_dict_of_another_shape_is_one_error(data: object, said: str) -> None:
    with pytest.raises(CozeError, match=said):
        models.Bot.from_dict(data)  # type: ignore[arg-type]


def test_pickled_pages_keep_their_items_and_have_no_client(coze: Coze) -> None:
    page = coze.bots.list(workspace_id="1", page_size=1)
    again = pickle.loads(pickle.dumps(page))  # noqa: S301  # our own
    assert (again.items, again.total, again.has_more) == (page.items, page.total, page.has_more)
    assert repr(again) == repr(page)
    assert again.has_more
    with pytest.raises(CozeError, match="this page was pickled"):
        again.next_page()
    assert copy.copy(page).next_page() is not None


@pytest.mark.parametrize("act", [copy.copy, copy.deepcopy, pickle.dumps])
def test_clients_can_not_be_pickled_or_copied(act: object, coze: Coze) -> None:
    assert callable(act)
    for one in (coze, coze.bots, AsyncCoze("t")):
        with pytest.raises(CozeError, match="can't be pickled or copied"):
            act(one)


def test_a_resource_names_its_methods(coze: Coze) -> None:
    assert repr(coze.copy_tasks).startswith("<CopyTasks: ")
    assert " retrieve," in repr(coze.bots)


def test_models_load_without_pydantic() -> None:
    program = (
        "import sys\n"
        "from coze_client.models import Bot\n"
        "from coze_client.params import *\n"
        "import coze_client, coze_client.events\n"
        "assert Bot is coze_client.models.Bot\n"
        "assert coze_client.events.ChatEvent\n"
        "Bot.from_dict(Bot(bot_id='7', name='n').to_dict())\n"
        "assert not [name for name in sys.modules if name.startswith('pydantic')]\n"
    )
    python("-c", program)

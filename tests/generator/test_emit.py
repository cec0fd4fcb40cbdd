"""What a document says is what the emitted package does."""

from __future__ import annotations

import copy
import pickle
from types import NoneType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.generator.conftest import Generate, Package

BOT = """
components:
  schemas:
    Bot:
      type: object
      description: 'A bot. "Quoted" \\ and \"\"\"more\"\"\"'
      required: [id]
      properties:
        id: {type: string, description: The id.}
        kind: {$ref: '#/components/schemas/Kind'}
        mode: {type: string, enum: [single, multi]}
        inputSchema: {type: object}
        parent: {$ref: '#/components/schemas/Bot'}
        tags: {type: array, items: {type: string}}
    Kind: {type: integer, enum: [0, 1], x-enum-varnames: [Zero, One]}
"""
GET_BOT = (
    """
paths:
  /v1/bots/{bot_id}:
    get:
      operationId: bots.retrieve
      summary: Retrieve a bot
      externalDocs: {url: 'https://docs.example.com/bot'}
      x-client-permission: getBot
      parameters:
        - {name: bot_id, in: path, required: true, schema: {type: string}}
        - {name: is_published, in: query, schema: {type: boolean, default: true}}
        - {name: kinds, in: query, style: form, explode: false, schema: {type: array, items: {type: string}}}
        - {name: X-Style, in: header, required: true, x-client-constant: str, schema: {type: string}}
      responses:
        '200':
          description: Success
          content:
            application/json:
              schema:
                type: object
                properties:
                  code: {type: integer}
                  msg: {type: string}
                  data: {$ref: '#/components/schemas/Bot'}
"""
    + BOT
)


class Recorder:
    """Stands where the runtime's client would, and keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any, dict[str, Any]]] = []

    def __getattr__(self, kind: str) -> Any:
        def call(operation: Any, **parts: Any) -> None:
            self.asked.append((kind, operation, parts))

        return call


def root(package: Package) -> tuple[Any, Recorder]:
    recorder = Recorder()
    return package.load("resources").CozeAPI(recorder), recorder


def test_a_method_sends_its_arguments_where_the_document_puts_them(generate: Generate) -> None:
    api, recorder = root(generate(GET_BOT))
    api.bots.retrieve(bot_id="7", kinds=["a"])
    ((kind, operation, parts),) = recorder.asked
    assert kind == "call"
    assert (operation.name, operation.method, operation.path) == (
        "bots.retrieve",
        "GET",
        "/v1/bots/{bot_id}",
    )
    assert operation.headers == {"X-Style": "str"}
    assert operation.delimiters == {"kinds": ","}
    assert parts == {"path": {"bot_id": "7"}, "query": {"is_published": None, "kinds": ["a"]}}


def test_arguments_are_keyword_only_and_unknown_ones_refused(generate: Generate) -> None:
    api, _ = root(generate(GET_BOT))
    with pytest.raises(TypeError, match="positional"):
        api.bots.retrieve("7")
    with pytest.raises(TypeError, match="bot_idd"):
        api.bots.retrieve(bot_idd="7")


def test_a_docstring_says_what_the_document_says(generate: Generate) -> None:
    doc = generate(GET_BOT).load("resources.bots").Bots.retrieve.__doc__
    assert doc.startswith("Retrieve a bot.")
    assert "is_published: Default: True." in doc
    assert "Permission: ``getBot``" in doc
    assert "https://docs.example.com/bot" in doc


def test_models_compare_copy_pickle_and_print(generate: Generate) -> None:
    models = generate(GET_BOT).load("models")
    bot = models.Bot(id="1", input_schema={"a": 1}, tags=["x"])
    assert bot == models.Bot(id="1", input_schema={"a": 1}, tags=["x"])
    assert bot != models.Bot(id="2")
    assert copy.deepcopy(bot) == bot == pickle.loads(pickle.dumps(bot))  # noqa: S301
    assert bot.to_dict() == {"id": "1", "inputSchema": {"a": 1}, "tags": ["x"]}
    assert repr(bot) == "Bot(id='1', input_schema={'a': 1}, tags=['x'])"
    assert models.Kind.ONE == 1
    assert models.Bot.__doc__.strip() == 'A bot. "Quoted" \\ and """more"""'


def test_models_load_one_by_one(generate: Generate) -> None:
    import sys

    models = generate(GET_BOT).load("models")
    assert "coze_api.models.bot" not in sys.modules
    assert models.Bot.__name__ == "Bot"
    assert set(dir(models)) == {"Bot", "Kind", "Model"}
    with pytest.raises(AttributeError, match="Nope"):
        _ = models.Nope


def answer(schema: str) -> str:
    return f"""
paths:
  /v1/things:
    post:
      operationId: things.create
      responses:
        '200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}
"""


@pytest.mark.parametrize(
    ("schema", "result", "unwrap"),
    [
        (
            "{type: object, properties: {code: {type: integer}, msg: {type: string}}}",
            "NoneType",
            None,
        ),
        (
            "{type: object, properties: {code: {type: integer}, data: {type: string}}}",
            "str",
            "data",
        ),
        (
            "{type: object, properties: {data: {type: array, items: {type: integer}}}}",
            "list[int]",
            "data",
        ),
        ("{type: object, properties: {data: {type: object}}}", "dict[str, Any]", "data"),
    ],
)
def test_the_data_field_is_unwrapped(
    generate: Generate, schema: str, result: str, unwrap: str | None
) -> None:
    package = generate(answer(schema))
    api, recorder = root(package)
    api.things.create()
    operation = recorder.asked[0][1]
    assert f"result=lambda: {result}" in package.source("resources/things.py")
    assert operation.unwrap == unwrap or operation.result() is NoneType


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        ("{type: string, nullable: true}", "str"),
        ("{type: array, nullable: true, items: {type: integer}}", "list[int]"),
        ("{nullable: true, allOf: [{$ref: '#/components/schemas/Bot'}]}", "models.Bot"),
    ],
)
def test_a_result_that_may_be_null_is_typed_so(
    generate: Generate, schema: str, result: str
) -> None:
    document = answer(f"{{type: object, properties: {{code: {{type: integer}}, data: {schema}}}}}")
    package = generate(document + BOT)
    api, recorder = root(package)
    api.things.create()
    assert recorder.asked[0][1].nullable
    assert f"Operation[{result} | None]" in package.source("resources/things.py")
    assert f"def create(self) -> {result} | None:" in package.source("resources/things.py")


def test_the_result_may_have_a_second_place(generate: Generate) -> None:
    data = "properties: {code: {type: integer}, data: {type: array, items: {type: string}}}"
    document = answer(f"{{type: object, {data}}}")
    keys = "operationId: things.create\n      x-client-also-in: Things"
    api, recorder = root(generate(document.replace("operationId: things.create", keys)))
    api.things.create()
    decode = recorder.asked[0][1].decoder.decode
    bodies = (b'{"data": ["a"]}', b'{"Things": ["a"]}', b'{"data": ["a"], "Things": ["b"]}')
    assert [decode(body).value for body in bodies] == [["a"]] * 3
    assert decode(b'{"code": 0}').value is None


def test_the_fields_of_a_body_may_have_a_second_place(generate: Generate) -> None:
    second = answer("{type: object, x-client-name: Run, properties: {run_id: {type: string}}}")
    keys = "operationId: things.create\n      x-client-also-in: data"
    api, recorder = root(generate(second.replace("operationId: things.create", keys)))
    api.things.create()
    decode = recorder.asked[0][1].decoder.decode
    bodies = (b'{"run_id": "1"}', b'{"code": 0, "data": {"run_id": "1"}}')
    assert [decode(body).value.run_id for body in bodies] == ["1", "1"]


def test_fields_beside_the_data_make_a_model_without_the_envelope(generate: Generate) -> None:
    package = generate(
        answer(
            "{type: object, x-client-name: Run, properties: {code: {type: integer}, "
            "data: {type: string}, debug_url: {type: string}}}"
        )
    )
    api, recorder = root(package)
    api.things.create()
    operation = recorder.asked[0][1]
    run = operation.result()
    assert run.__name__ == "Run"
    assert operation.unwrap is None
    assert set(run(data="x", debug_url="y").to_dict()) == {"data", "debug_url"}


MOVE = """
paths:
  /v1/move:
    post:
      operationId: things.move
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [ids, parent_id]
              properties:
                ids: {type: array, items: {type: string}}
                parent_id: {type: string, nullable: true}
                note: {type: string, nullable: true}
      responses: {'200': {description: ok}}
"""


def test_a_method_knows_what_must_be_a_list_and_what_is_sent_as_null(generate: Generate) -> None:
    api, recorder = root(generate(MOVE))
    api.things.move(ids=["1"], parent_id=None)
    operation = recorder.asked[0][1]
    assert operation.lists == {"ids"}
    assert operation.null_fields == {"parent_id"}
    with pytest.raises(TypeError, match="parent_id"):
        api.things.move(ids=["1"])


LIST = (
    """
paths:
  /v1/bots:
    get:
      operationId: bots.list
      x-client-pagination:
        {style: number, page: page_num, size: page_size, items: data.items, total: data.total, max_size: 50}
      parameters:
        - {name: page_num, in: query, schema: {type: integer}}
        - {name: page_size, in: query, schema: {type: integer}}
      responses:
        '200':
          description: Success
          content:
            application/json:
              schema:
                type: object
                properties:
                  data:
                    type: object
                    x-client-name: BotList
                    properties:
                      items: {type: array, items: {$ref: '#/components/schemas/Bot'}}
                      total: {type: integer}
"""
    + BOT
)


def test_a_list_pages(generate: Generate) -> None:
    package = generate(LIST)
    api, recorder = root(package)
    api.bots.list(page_size=5)
    kind, operation, parts = recorder.asked[0]
    models = package.load("models")
    assert kind == "list"
    assert operation.items(models.BotList(items=[models.Bot(id="1")])) == [models.Bot(id="1")]
    paging = operation.paging
    assert (paging.page, paging.total) == ("page_num", "total")
    assert (paging.has_more, paging.request) == (None, "query")
    assert parts == {"query": {"page_num": None, "page_size": 5}}
    assert "-> Page[models.Bot]" in package.source("resources/bots.py")
    assert "-> AsyncPages[models.Bot]" in package.source("resources/bots.py")


CHAT = (
    """
paths:
  /v3/chat:
    post:
      operationId: chat.create
      x-client-stream:
        name: ChatEvent
        method: chat.stream
        switch: stream
        events:
          chat.created: {$ref: '#/components/schemas/Bot'}
          chat.completed: {$ref: '#/components/schemas/Bot'}
          error: {type: object}
          done: {type: string}
        end: [done]
        errors: [error]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [bot_id]
              properties: {bot_id: {type: string}, stream: {type: boolean}}
      responses:
        '200':
          description: Success
          content:
            application/json: {schema: {type: object, properties: {data: {$ref: '#/components/schemas/Bot'}}}}
            text/event-stream: {schema: {oneOf: [{$ref: '#/components/schemas/Bot'}, {type: string}]}}
"""
    + BOT
)


def test_a_stream_has_a_twin_and_the_switch_is_no_argument(generate: Generate) -> None:
    package = generate(CHAT)
    api, recorder = root(package)
    api.chat.create(bot_id="1")
    api.chat.stream(bot_id="1")
    (plain, _, plain_parts), (streamed, operation, parts) = recorder.asked
    assert (plain, streamed) == ("call", "stream")
    assert plain_parts == {"body": {"stream": False, "bot_id": "1"}}
    assert parts == {"body": {"stream": True, "bot_id": "1"}}
    models = package.load("models")
    assert operation.events() == {
        "chat.created": models.Bot,
        "chat.completed": models.Bot,
        "done": str,
    }
    assert (operation.end, operation.errors) == ({"done"}, {"error"})
    with pytest.raises(TypeError, match="stream"):
        api.chat.create(bot_id="1", stream=True)


FILES = """
paths:
  /v1/files:
    post:
      operationId: files.upload
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file]
              properties: {file: {type: string, format: binary}, class: {type: string}}
      responses:
        '200': {description: ok, content: {audio/mpeg: {schema: {type: string, format: binary}}}}
"""


def test_files_go_up_as_parts_and_binary_answers_come_down_as_downloads(generate: Generate) -> None:
    package = generate(FILES)
    api, recorder = root(package)
    api.files.upload(file=b"x", class_="c")
    kind, operation, parts = recorder.asked[0]
    assert kind == "download"
    assert operation.encoding == "multipart"
    assert parts == {"body": {"class": "c"}, "files": {"file": b"x"}}
    assert "-> Download:" in package.source("resources/files.py")

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator.client_keys import KEYS, Choice, Fields, Kind
from generator.errors import GeneratorError
from generator.reader import read_yaml
from generator.vocabulary import check_vocabulary, faults

if TYPE_CHECKING:
    from collections.abc import Iterable

README = Path(__file__).parents[2] / "overlays" / "README.md"

DOCUMENT = """
x-client-envelope: {data: data, fields: [code, msg]}
info: {title: T}
paths:
  /bots:
    get:
      operationId: bots.list
      x-client-permission: listBot
      x-client-internal: true
      parameters:
      - {name: page_num, in: query, schema: {type: integer}}
      - {name: page_size, in: query, schema: {$ref: '#/components/schemas/Size'}}
      - {name: X-Conv, in: header, x-client-constant: str, schema: {type: string}}
      x-client-pagination:
        style: number
        page: page_num
        size: page_size
        items: data.items
        total: data.total
        has_more: data.has_more
        max_size: 50
    post:
      operationId: bots.chats.create
      x-client-idempotent: true
      requestBody: {$ref: '#/components/requestBodies/Chat'}
      x-client-stream:
        name: ChatEvent
        method: bots.chats.stream
        switch: stream
        events: {delta: {$ref: '#/components/schemas/Chat'}, done: {type: string}}
        end: [done]
        pause: [delta]
        errors: [error]
      x-client-batch: {argument: ids, size: 20, join: items}
components:
  requestBodies:
    Chat: {content: {application/json: {schema: {$ref: '#/components/schemas/Chat'}}}}
  schemas:
    Size: {type: integer, default: {x-client-data: 1}}
    Chat:
      x-client-name: ChatRequest
      allOf:
      - {properties: {ids: {type: array, items: {type: string}}}}
      - properties:
          stream: {$ref: '#/components/schemas/Switch'}
          before: {type: string}
          after: {type: string}
          size: {type: integer}
          x-client-header: {type: string}
    Switch: {type: boolean}
"""


def document() -> Any:
    return read_yaml(DOCUMENT, Path("inline"))


def put(target: str, value: str, base: Any = None) -> Any:
    """Return the document with another value at a place; ``GET`` and ``POST`` stand for paths."""
    base = base or document()
    steps = target.replace("GET", "paths//bots/get").replace("POST", "paths//bots/post")
    steps = steps.replace("//", "/~").split("/")
    holder = base
    *path, last = [f"/{step[1:]}" if step.startswith("~") else step for step in steps]
    for step in path:
        holder = holder[int(step) if isinstance(holder, list) else step]
    if value == "absent":
        del holder[last]
    else:
        holder[last] = read_yaml(value, Path("inline"))
    return base


def test_a_right_document_has_no_faults() -> None:
    check_vocabulary(document())
    assert list(faults(document())) == []


WINDOW = (
    "{style: window, before: before, after: after, size: size, items: data, first: first_id,"
    " last: last_id, has_more: has_more"
)


@pytest.mark.parametrize(
    "paging",
    [
        "{style: number, page: page_num, size: page_size, items: data}",
        "{style: token, token: page_num, size: page_size, items: data, next: next}",
        "{style: token, token: page_num, size: page_size, items: d, next: n, has_more: h}",
    ],
)
def test_each_style_of_pagination_has_its_fields(paging: str) -> None:
    check_vocabulary(put("GET/x-client-pagination", paging))


def test_a_page_may_be_asked_for_in_the_body() -> None:
    check_vocabulary(put("POST/x-client-pagination", WINDOW + ", max_size: 5}"))


@pytest.mark.parametrize(
    ("target", "value", "pointer", "message"),
    [
        ("x-client-envelope", "{data: d}", "/x-client-envelope", "the field fields is missing"),
        ("x-client-envelope", "text", "/x-client-envelope", "x-client-envelope is not an object"),
        (
            "x-client-envelope",
            "{data: d, fields: [1]}",
            "/x-client-envelope/fields",
            "fields is not a list of texts",
        ),
        (
            "x-client-envelope",
            "{data: d, fields: [], x: 1}",
            "/x-client-envelope/x",
            "x is not a known field. Use one of data, fields.",
        ),
        ("x-client-unknown", "1", "/x-client-unknown", "x-client-unknown is not a known key. Use one of"),
        ("x-client_name", "A", "/x-client_name", "x-client_name is not a known key"),
        ("x-client-name", "A", "/x-client-name", "x-client-name does not belong here. Move it to the schema"),
        ("info/x-client-name", "A", "/info/x-client-name", "does not belong here"),
        ("GET/x-client-name", "A", "GET/x-client-name", "does not belong here"),
        ("GET/tags", "[{x-client-x: 1}]", "GET/tags/0/x-client-x", "is not a known key"),
        (
            "components/schemas/Size/x-client-internal",
            "true",
            "/components/schemas/Size/x-client-internal",
            "x-client-internal does not belong here. Move it to the operation",
        ),
        (
            "components/schemas/Size/properties",
            "{a: {x-client-constant: x}}",
            "/components/schemas/Size/properties/a/x-client-constant",
            "does not belong here",
        ),
        (
            "components/schemas/Size/x-client-present",
            "true",
            "/components/schemas/Size/x-client-present",
            "x-client-present does not belong here. Move it to the property",
        ),
        (
            "components/schemas/Size/properties",
            "{a: {x-client-present: false}}",
            "/components/schemas/Size/properties/a/x-client-present",
            "x-client-present is not true, or why the field may be absent",
        ),
        ("GET/x-client-internal", "false", "GET/x-client-internal", "is not true"),
        ("GET/x-client-idempotent", "'yes'", "GET/x-client-idempotent", "is not true"),
        ("GET/x-client-permission", "[a]", "GET/x-client-permission", "is not a text"),
        ("GET/x-client-permission", "''", "GET/x-client-permission", "is not a text"),
        (
            "GET/parameters/2/x-client-constant",
            "1",
            "GET/parameters/2/x-client-constant",
            "is not a text",
        ),
        (
            "GET/parameters/0/x-client-constant",
            "x",
            "GET/parameters/0/x-client-constant",
            "only a header can be constant",
        ),
        (
            "GET/parameters/1/schema/x-client-name",
            "A",
            "GET/parameters/1/schema/x-client-name",
            "beside a $ref names nothing. Give it to #/components/schemas/Size",
        ),
        *(
            (
                "components/schemas/Size/x-client-name",
                name,
                "/components/schemas/Size/x-client-name",
                "x-client-name is not a class name",
            )
            for name in ("bot", "Bot_List", "Bot List", "None", "''", "Böt")
        ),
        *(
            ("GET/operationId", name, "GET/operationId", f"{name!r} is not a dotted path")
            for name in ("list", "Bots.list", "bots.", "bots..list", "bots.import", "bots.a-b", "b.1")
        ),
        ("GET/operationId", "absent", "GET/operationId", "is not a dotted path"),
        (
            "POST/operationId",
            "bots.list",
            "POST/operationId",
            "bots.list is already taken by /paths/~1bots/get/operationId",
        ),
        ("GET/x-client-pagination/style", "pages", "GET/x-client-pagination/style", "style is not one of number"),
        ("GET/x-client-pagination/style", "absent", "GET/x-client-pagination/style", "style is not one of"),
        ("GET/x-client-pagination/items", "absent", "GET/x-client-pagination", "the field items is missing"),
        ("GET/x-client-pagination/max_size", "0", "GET/x-client-pagination/max_size", "is not a number from 1"),
        ("GET/x-client-pagination/max_size", "true", "GET/x-client-pagination/max_size", "is not a number"),
        ("GET/x-client-pagination/next", "a", "GET/x-client-pagination/next", "next is not a known field"),
        (
            "GET/x-client-pagination/page",
            "page",
            "GET/x-client-pagination/page",
            "the request has no 'page'. Name one of page_num, page_size.",
        ),
        ("GET/x-client-pagination", "true", "GET/x-client-pagination", "is not an object"),
        ("POST/x-client-batch/argument", "id", "POST/x-client-batch/argument", "the request has no 'id'"),
        ("POST/x-client-batch/size", "'20'", "POST/x-client-batch/size", "is not a number from 1"),
        ("POST/x-client-batch/size", "absent", "POST/x-client-batch", "the field size is missing"),
        ("POST/x-client-batch/join", "absent", "POST/x-client-batch", "the field join is missing"),
        ("POST/x-client-stream/name", "chatEvent", "POST/x-client-stream/name", "is not a class name"),
        ("POST/x-client-stream/end", "done", "POST/x-client-stream/end", "is not a list of texts"),
        ("POST/x-client-stream/end", "[over]", "POST/x-client-stream/end/0", "'over' is none of the events"),
        ("POST/x-client-stream/pause", "[delta, x]", "POST/x-client-stream/pause/1", "'x' is none of"),
        ("POST/x-client-stream/events", "absent", "POST/x-client-stream", "the field events is missing"),
        ("POST/x-client-stream/recover", "{begin: x, retrieve: bots.get, items: bots.parts.list, arguments: {bot_id: id}, item: delta, status: status, states: {over: delta}}", "POST/x-client-stream/recover/begin", "'x' is none of"),
        ("POST/x-client-stream/recover", "{begin: delta, retrieve: bots.get, items: bots.parts.list, arguments: {bot_id: id}, item: delta, status: status, states: {over: x}}", "POST/x-client-stream/recover/states/over", "'x' is none of"),
        ("POST/x-client-stream/recover", "{begin: delta}", "POST/x-client-stream/recover", "the field item is missing"),
        ("POST/x-client-stream/outcome", "{message: x, text: content, status: status, usage: usage, ends: [done]}", "POST/x-client-stream/outcome/message", "'x' is none of"),
        ("POST/x-client-stream/outcome", "{message: delta, text: content, status: status, usage: usage, ends: [x]}", "POST/x-client-stream/outcome/ends/0", "'x' is none of"),
        ("POST/x-client-stream/method", "absent", "POST/x-client-stream", "method and switch go together"),
        ("POST/x-client-stream/switch", "absent", "POST/x-client-stream", "method and switch go together"),
        ("POST/x-client-stream/method", "stream", "POST/x-client-stream/method", "method is not a dotted"),
        (
            "POST/x-client-stream/method",
            "bots.list",
            "POST/x-client-stream/method",
            "bots.list is already taken",
        ),
        ("POST/x-client-stream/switch", "before", "POST/x-client-stream/switch", "no true-or-false field"),
        ("POST/x-client-stream/switch", "missing", "POST/x-client-stream/switch", "no true-or-false field"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_what_to_do(
    target: str, value: str, pointer: str, message: str
) -> None:
    with pytest.raises(GeneratorError) as caught:
        check_vocabulary(put(target, value))
    place = pointer.replace("GET", "/paths/~1bots/get").replace("POST", "/paths/~1bots/post")
    assert caught.value.pointer == place
    assert message in str(caught.value)
    assert caught.value.remedy


def test_all_faults_can_be_had_at_once() -> None:
    base = put("GET/x-client-internal", "1")
    base = put("POST/x-client-batch/argument", "x", base)
    base = put("x-client-other", "1", base)
    assert [fault.pointer for fault in faults(base)] == [
        "/x-client-other",
        "/paths/~1bots/get/x-client-internal",
        "/paths/~1bots/post/x-client-batch/argument",
    ]


def test_a_window_wants_all_its_places() -> None:
    with pytest.raises(GeneratorError, match="the field has_more is missing"):
        check_vocabulary(put("POST/x-client-pagination", WINDOW.rpartition(",")[0] + "}"))


def test_a_document_out_of_form_is_one_error() -> None:
    with pytest.raises(GeneratorError, match="requestBody is not an object"):
        check_vocabulary(put("POST/requestBody", "text"))


def test_what_a_broken_reference_hides_is_no_fault() -> None:
    broken = put("POST/requestBody", "{$ref: '#/components/requestBodies/Missing'}")
    assert list(faults(broken)) == []


def test_a_body_that_holds_itself_is_looked_at_once() -> None:
    base = put("components/schemas/Chat/allOf", "[{$ref: '#/components/schemas/Chat'}]")
    with pytest.raises(GeneratorError, match="the request has no 'ids'"):
        check_vocabulary(base)


def described(value: Kind | Fields | Choice) -> str:
    if isinstance(value, Kind):
        return value.label
    if isinstance(value, Choice):
        return f"an object by its `{value.by}`: {coded(value.choices)}"
    spare = f"; may have {coded(value.optional)}" if value.optional else ""
    return f"an object of {coded(value.required)}{spare}"


def coded(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def test_the_table_of_keys_for_who_writes_overlays_says_what_the_checker_knows() -> None:
    rows = [
        f"| {key.role} | `{key.name}` | {described(key.value)} | {key.meaning} |" for key in KEYS
    ]
    lines = README.read_text(encoding="utf-8").splitlines()
    start = lines.index("| in | key | its value | meaning |") + 2
    assert lines[start : lines.index("", start)] == rows

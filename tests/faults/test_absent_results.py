"""A success without its result: an error where a model is due, an empty list where a list is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import APIError, BatchOperation, CozeError, ListOperation, NumberPaging, Operation
from tests.core.scripted_server import answer, ok
from tests.core.things import GET, LIST, MANY, NAMES, POST, REMOVE, SEARCH, Thing, ThingList

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

MAYBE: Operation[Thing | None] = Operation(
    "things.maybe", "GET", "/maybe", result=lambda: Thing, nullable=True
)
WHOLE: Operation[ThingList] = Operation(
    "things.whole", "GET", "/whole", result=lambda: ThingList, unwrap=None
)
BESIDE: ListOperation[ThingList, Thing] = ListOperation(
    "things.beside",
    "POST",
    "/beside",
    result=lambda: ThingList,
    unwrap=None,
    also_in="data",
    items=lambda data: data.items,
    paging=NumberPaging(page="page", total="total", request="body"),
)
SIMPLE_MANY: BatchOperation[ThingList] = BatchOperation(
    "things.simple",
    "POST",
    "/simple",
    result=lambda: ThingList,
    argument="ids",
    size=2,
    join="items",
)

ABSENT: dict[str, Any] = {
    "no data": {},
    "null data": {"data": None},
    "a wrapper of another name": {"result": {"items": [{"id": "1"}], "id": "1"}},
}
MODELS: dict[str, tuple[Any, dict[str, Any]]] = {
    "get": (GET, {"path": {"thing_id": "1"}}),
    "post": (POST, {"body": {}}),
    "idempotent post": (SEARCH, {"body": {}}),
}


def say(fields: dict[str, Any]) -> bytes:
    return answer(body={"code": 0, "msg": "", "detail": {"logid": "log-1"}, **fields})


def page_of(run: Runner, client: Any, operation: Any, **parts: Any) -> Any:
    return run(client.list, operation, **parts)


@pytest.mark.parametrize("fields", ABSENT.values(), ids=ABSENT)
@pytest.mark.parametrize(("operation", "parts"), MODELS.values(), ids=MODELS)
def test_a_model_that_is_missing_is_an_error_with_code_log_id_and_body(
    run: Runner, serve: Serve, operation: Any, parts: dict[str, Any], fields: dict[str, Any]
) -> None:
    server = serve(say(fields), ok({"id": "1"}))
    client = run.client(server)
    with pytest.raises(APIError, match="success without a result") as caught:
        run(client.call, operation, **parts)
    error = caught.value
    assert type(error) is APIError
    assert (error.code, error.status_code, error.logid) == (0, 200, "log-1")
    assert error.response is not None
    assert json.loads(error.response.body)["code"] == 0
    assert run(client.call, operation, **parts).id == "1"
    assert (len(server.seen), server.connections) == (2, 1)


@pytest.mark.parametrize("fields", ABSENT.values(), ids=ABSENT)
def test_a_list_that_is_missing_is_empty(run: Runner, serve: Serve, fields: dict[str, Any]) -> None:
    assert run(run.client(serve(say(fields))).call, NAMES) == []


@pytest.mark.parametrize(
    "fields",
    [*ABSENT.values(), {"data": {"items": None}}, {"data": {}}],
    ids=[*ABSENT, "null items", "no items"],
)
def test_a_page_whose_items_are_missing_is_empty_and_the_last(
    run: Runner, serve: Serve, fields: dict[str, Any]
) -> None:
    page = page_of(run, run.client(serve(say(fields))), LIST)
    assert (page.items, page.has_more) == ([], False)


@pytest.mark.parametrize("fields", ABSENT.values(), ids=ABSENT)
def test_a_result_that_may_be_missing_is_none(
    run: Runner, serve: Serve, fields: dict[str, Any]
) -> None:
    assert run(run.client(serve(say(fields))).call, MAYBE) is None


@pytest.mark.parametrize("fields", ABSENT.values(), ids=ABSENT)
def test_a_call_without_result_gives_none_whatever_came(
    run: Runner, serve: Serve, fields: dict[str, Any]
) -> None:
    assert run(run.client(serve(say(fields))).call, REMOVE) is None


@pytest.mark.parametrize("fields", ABSENT.values(), ids=ABSENT)
def test_fields_beside_the_code_that_are_missing_are_none(
    run: Runner, serve: Serve, fields: dict[str, Any]
) -> None:
    assert run(run.client(serve(say(fields))).call, WHOLE) == ThingList()


THINGS = {"items": [{"id": "1"}], "total": 1}
NUMBERED = {"items": [{"id": 1}], "total": 1}


@pytest.mark.parametrize(
    "fields",
    [THINGS, {"data": THINGS}, {"data": None, **THINGS}, NUMBERED, {"data": NUMBERED}],
    ids=["beside the code", "in data", "beside null", "beside, leniently", "in data, leniently"],
)
def test_a_page_is_found_in_both_places(run: Runner, serve: Serve, fields: dict[str, Any]) -> None:
    page = page_of(run, run.client(serve(say(fields))), BESIDE, body={})
    assert ([str(item.id) for item in page.items], page.total) == (["1"], 1)


@pytest.mark.parametrize("fields", ABSENT.values(), ids=ABSENT)
@pytest.mark.parametrize("number", [0, 1])
def test_a_batch_of_which_one_answer_is_missing_is_an_error(
    run: Runner, serve: Serve, fields: dict[str, Any], number: int
) -> None:
    answers = [ok(THINGS), ok(THINGS)]
    answers[number] = say(fields)
    client = run.client(serve(*answers))
    with pytest.raises(APIError, match=r"things\.many failed .* success without a result"):
        run(client.batch, MANY, query={"ids": ["1", "2", "3"]})


def test_a_batch_joins_null_items_as_none_of_them(run: Runner, serve: Serve) -> None:
    client = run.client(serve(ok({"items": None}), ok(THINGS)))
    joint = run(client.batch, MANY, query={"ids": ["1", "2", "3"]})
    assert [item.id for item in joint.items] == ["1"]


@pytest.mark.parametrize("data", ["x", {"items": "x"}, []])
def test_a_batch_that_cannot_be_joined_is_one_error(
    run: Runner, serve: Serve, data: object
) -> None:
    client = run.client(serve(ok(THINGS), ok(data)))
    with pytest.raises(CozeError, match="one of 2 answers has no list items"):
        run(client.batch, MANY, query={"ids": ["1", "2", "3"]})


@pytest.mark.parametrize(
    ("operation", "place"), [(MANY, "query"), (SIMPLE_MANY, "body")], ids=["query", "body"]
)
def test_a_batch_of_nothing_is_empty_and_sends_nothing(
    run: Runner, serve: Serve, operation: Any, place: str
) -> None:
    server = serve(ok(THINGS))
    result = run(run.client(server).batch, operation, **{place: {"ids": []}})
    assert type(result) is ThingList
    assert result.items == []
    assert server.seen == []

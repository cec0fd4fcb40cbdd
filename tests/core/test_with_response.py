from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import (
    CozeError,
    NotFoundError,
    Response,
    awith_response,
    with_response,
)
from tests.core.scripted_server import answer, ok
from tests.core.things import (
    AsyncThings,
    Thing,
    Things,
)

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

DONE = ok({"id": "1"})


def recorded(run: Runner) -> Any:
    return with_response if run.portal is None else awith_response


def things(run: Runner, client: Any) -> Any:
    return run.resource(client, Things, AsyncThings)


def test_with_response_gives_the_result_and_the_answer(run: Runner, serve: Serve) -> None:
    server = serve(answer(body={"code": 0, "data": ["a"]}, X_Tt_Logid="log"))
    client = run.client(server)
    response = run(recorded(run), things(run, client).names)
    assert isinstance(response, Response)
    assert (response.value, response.logid, response.status_code) == (["a"], "log", 200)
    assert json.loads(response.body)["data"] == ["a"]


def test_with_response_works_for_models_nothing_pages_batches_and_downloads(
    run: Runner, serve: Serve
) -> None:
    page = ok({"items": [{"id": "1"}], "total": 1})
    server = serve(DONE, ok(), page, page, page, answer(body=b"x", kind="audio/mpeg"))
    client = run.client(server)
    api = things(run, client)
    assert run(recorded(run), api.get, thing_id="1").value == Thing(id="1")
    assert run(recorded(run), api.remove).value is None
    assert run(recorded(run), api.list, page_size=1).value.items == [Thing(id="1")]
    many = run(recorded(run), api.many, ids=["1", "2", "3"])
    assert len(many.value.items) == 2
    assert many.request.url.endswith("/many?ids=1,2")
    download = run(recorded(run), api.sound)
    assert download.status_code == 200
    assert run(download.value.read) == b"x"


def test_with_response_leaves_the_resource_as_it_was(run: Runner, serve: Serve) -> None:
    client = run.client(serve(DONE))
    api = things(run, client)
    run(recorded(run), api.get, thing_id="1")
    assert api._client is client
    assert client.recorder is None


def test_with_response_raises_what_the_method_raises(run: Runner, serve: Serve) -> None:
    client = run.client(serve(answer(body={"code": 4001})))
    with pytest.raises(NotFoundError):
        run(recorded(run), things(run, client).get, thing_id="1")
    with pytest.raises(TypeError):
        run(recorded(run), things(run, client).get, wrong="1")


@pytest.mark.parametrize("method", [print, lambda: None, "text", str.upper, "".upper])
def test_with_response_takes_methods_of_resources_only(run: Runner, method: Any) -> None:
    with pytest.raises(CozeError, match="with_response takes a method"):
        run(recorded(run), method)


def test_a_stream_has_its_answer_itself(run: Runner) -> None:
    client = run.client("http://api.test")
    with pytest.raises(CozeError, match="a stream has it in `response`"):
        run(recorded(run), things(run, client).watch)

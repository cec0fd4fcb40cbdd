"""Every method is called by the sync client, on asyncio and on trio, over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
import pytest

from coze_client import APIError, Event, response_of
from coze_sandbox import Scenario
from tests.client.calls import CALLS, METHODS, Call, call_of, resolved
from tests.fuzz.effort import sampled

if TYPE_CHECKING:
    from coze_client import Coze
    from coze_sandbox import Sandbox
    from tests.runner import Runner

ENVELOPE = {"code", "msg", "detail"}


def plain(value: Any) -> Any:
    """Return a result as JSON data."""
    if attrs.has(type(value)):
        return value.to_dict()
    return [plain(item) for item in value] if isinstance(value, list) else value


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def sent_result(body: bytes) -> Any:
    """Return what the body of an answer holds for the caller."""
    rest = {key: value for key, value in json.loads(body).items() if key not in ENVELOPE}
    return without_nulls(rest["data"] if set(rest) == {"data"} else rest or None)


def wire_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(wire_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_request(sandbox: Sandbox, call: Call) -> None:
    request = sandbox.requests[-1]
    assert request.operation == call.operation["operationId"] or call.kind == "stream"
    assert request.method == METHODS[call.path]["operation"].split()[0]
    if "body" in call.parts and "files" not in call.parts:
        assert call.parts["body"].items() <= request.json().items()
    assert dict(request.query) == {
        name: wire_text(value) for name, value in call.parts.get("query", {}).items()
    }
    for value in call.parts.get("path", {}).values():
        assert quote(value, safe="") in request.path


@pytest.mark.parametrize("path", CALLS)
def test_a_call_sends_its_arguments_and_returns_what_was_sent(
    run: Runner, coze_sandbox: Sandbox, path: str
) -> None:
    call = call_of(path)
    coze = run.coze("sandbox", base_url=coze_sandbox.url)
    method = call.on(coze)
    match call.kind:
        case "list":
            page = run(method, **call.arguments)
            assert plain(page.data) == sent_result(response_of(page).body)
            assert all(attrs.has(type(item)) for item in page.items)
            assert page.items
        case "stream":
            with run.entered(method(**call.arguments)) as stream:
                check_events(run.items(stream))
        case "download":
            assert run(run(method, **call.arguments).read)
        case _:
            response = run(coze.with_response, method, **call.arguments)
            assert plain(response.value) == sent_result(response.body)
            assert response.logid
    check_request(coze_sandbox, call)


@pytest.mark.parametrize("how", ["missing", "null", "renamed", "items"])
@pytest.mark.parametrize(
    "path",
    sampled((path for path, one in METHODS.items() if one["kind"] in {"call", "list", "batch"}), 3),
)
def test_a_success_without_its_result_is_never_none_where_something_is_due(
    coze: Coze, coze_sandbox: Sandbox, path: str, how: Any
) -> None:
    call = call_of(path)
    coze_sandbox.scenario(Scenario(absent=how))
    method = call.on(coze)
    if call.kind == "list":
        page = method(**call.arguments)
        assert (page.items, page.has_more) == ([], False)
        return
    returns = METHODS[path]["returns"].removeprefix("builtins.").removeprefix("models.")
    if how != "items" and is_unwrapped_model(call):
        with pytest.raises(APIError, match="success without a result") as caught:
            method(**call.arguments)
        assert caught.value.code == 0
        assert caught.value.logid
    else:
        result = method(**call.arguments)
        assert type(result).__name__ == {"None": "NoneType"}.get(returns, returns.partition("[")[0])


def is_unwrapped_model(call: Call) -> bool:
    content = call.operation["responses"]["200"]["content"]["application/json"]
    properties = resolved(content["schema"])["properties"]
    return set(properties) - ENVELOPE == {"data"} and "$ref" in properties["data"]


def check_events(events: list[Event[Any, Any]]) -> None:
    assert len(events) > 2
    assert all(event.event != "unknown" for event in events)
    assert any(attrs.has(type(event.data)) for event in events)

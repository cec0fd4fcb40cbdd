"""Whatever is wrong with the client is found, and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from generator.conform.report import Report
    from tests.conform.conftest import Checker

DETAIL = {"logid": "2024"}


def example(path: str = "GET /v1/bots", **parts: Any) -> dict[str, Any]:
    method, _, url = path.partition(" ")
    return {"method": method, "path": url, **parts}


def request(method: str = "GET", url: str = "/v1/bots?workspace_id=1", **parts: Any) -> Any:
    return {"method": method, "url": f"https://api.example{url}", **parts}


def message(report: Report) -> list[str]:
    return [text for outcome in report.outcomes for check in outcome.checks for text in check.notes]


QUERY = {"workspace_id": ["1"], "page_num": ["2"], "publish_status": [""]}
BOT = {"id": "1", "name": "b", "is_published": True, "updated_at": 1, "owner_user_id": "2"}
PAGE = {"code": 0, "msg": "", "data": {"items": [BOT], "total": 1}, "detail": DETAIL}
RIGHT: dict[str, dict[str, Any]] = {
    "a list": example(requests=[request(query=QUERY)], responses=[PAGE]),
    "a truth value in the query": example(
        "GET /v1/bots/{bot_id}",
        requests=[
            request(
                url="/v1/bots/7", path_params={"bot_id": "7"}, query={"is_published": ["false"]}
            )
        ],
    ),
    "a file as the answer": example(
        "POST /v1/audio/speech",
        requests=[request("POST", "/v1/audio/speech", body={"input": "hi", "voice_id": "1"})],
    ),
    "an absent body": example(
        "POST /v1/conversation/create",
        requests=[request("POST", "/v1/conversation/create", body=None)],
    ),
    "a file with a Chinese name": example(
        "POST /v1/audio/voiceprint_groups/{group_id}/features",
        requests=[
            request(
                "POST",
                "/v1/audio/voiceprint_groups/5/features",
                path_params={"group_id": "5"},
                body={
                    "file": {"file": "/录音/妈妈.wav", "content_type": "audio/wav"},
                    "name": "妈妈的声音",
                    "sample_rate": "16000",
                },
            )
        ],
    ),
    "a switch that is left out": example(
        "POST /v3/chat",
        requests=[request("POST", "/v3/chat", body={"bot_id": "1", "user_id": "2"})],
    ),
    "a switch that is on": example(
        "POST /v3/chat",
        requests=[
            request("POST", "/v3/chat", body={"bot_id": "1", "user_id": "2", "stream": True})
        ],
    ),
    "other names in the path": example(
        "DELETE /v1/datasets/:id",
        requests=[request("DELETE", "/v1/datasets/7")],
        responses=[{"code": 0, "data": {}}],
    ),
    "a refusal": example(responses=[{"code": 4100, "msg": "no token", "detail": DETAIL}]),
    "a stream": example(
        "POST /v1/workflow/stream_run",
        sse=['event: Interrupt\ndata: {"interrupt_data": {"type": 2}}\nevent: Done\ndata: {}'],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(check: Checker, name: str) -> None:
    report = check(RIGHT[name])
    assert not report.failed, report.text()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown name in the query": (
        example(requests=[request(query={**QUERY, "sort": ["x"]})]),
        "request 1: no argument for query sort",
    ),
    "an unknown field in the body": (
        example(
            "POST /v1/bot/create",
            requests=[
                request("POST", "/v1/bot/create", body={"space_id": "1", "name": "a", "color": 1})
            ],
        ),
        "request 1: no argument for body color",
    ),
    "an argument that the page leaves out": (
        example(requests=[request(query={})]),
        "missing 1 required keyword-only argument: 'workspace_id'",
    ),
    "a list that is sent in another way": (
        example(
            "GET /v1/plugins/mget",
            requests=[request(url="/v1/plugins/mget", query={"ids": ["1", "2"]})],
        ),
        "query.ids: documented ('1', '2'), sent ('1,2',)",
    ),
    "a type": (
        example(responses=[{**PAGE, "data": {"items": [{**BOT, "name": 5}]}}]),
        "response 1: decoded leniently: Expected `str | null`, got `int`",
    ),
    "a field that the model lacks": (
        example(responses=[{**PAGE, "data": {"items": [{**BOT, "color": {"r": 1}}]}}]),
        "response 1: lost $.data.items[0].color.r",
    ),
    "a result where none is expected": (
        example("DELETE /v1/datasets/{dataset_id}", responses=[{"code": 0, "data": {"id": "1"}}]),
        "response 1: lost $.data.id",
    ),
    "an unknown event": (
        example("POST /v1/workflow/stream_run", sse=["event: Hello\ndata: {}"]),
        "event 1: Hello is an unknown event",
    ),
    "a field that the event lacks": (
        example("POST /v1/workflow/stream_run", sse=['event: Done\ndata: {"color": 1}']),
        "event 1: lost $.color",
    ),
    "a stream of an operation without": (
        example(sse=["event: Done\ndata: {}"]),
        "event 1: the operation does not stream",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(check: Checker, name: str) -> None:
    content, expected = WRONG[name]
    report = check(content)
    assert report.failed
    assert expected in "\n".join(message(report))


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "another method": (
        example(requests=[request("POST", query={"workspace_id": ["1"]})]),
        "the example uses POST, its page says GET",
    ),
    "another path": (
        example(requests=[request(url="/v1/apps", query={"workspace_id": ["1"]})]),
        "the URL of the example is of another path, /v1/apps",
    ),
    "a body with GET": (
        example(requests=[request(query={"workspace_id": ["1"]}, body={"a": 1})]),
        "the example gives a GET a body",
    ),
    "no value for the path": (
        example("DELETE /v1/datasets/{dataset_id}", requests=[request("DELETE", "/nowhere")]),
        "it gives no dataset_id for the path",
    ),
    "an answer that is a text": (
        example(responses=["{..."]),
        "the answer of the example is not an object",
    ),
    "data that is not JSON": (
        example("POST /v1/workflow/stream_run", sse=["event: Done\ndata: {debug_url:null}"]),
        "the data of the printed Done is not JSON",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_about_an_example_is_a_named_reason(check: Checker, name: str) -> None:
    content, reason = ODD[name]
    report = check(content)
    assert not report.failed, report.text()
    assert reason in "\n".join(message(report))


def test_a_concrete_path_is_that_of_its_template(check: Checker) -> None:
    report = check(example("GET /v1/bots/7", requests=[request(url="/v1/bots/7")]))
    assert [outcome.verdict for outcome in report.outcomes] == ["ok"]
    assert report.outcomes[0].methods == ("bots.retrieve",)


def test_a_path_without_a_parameter_is_meant_before_a_template(check: Checker) -> None:
    report = check(example("GET /v1/plugins/mget"), example("GET /v1/plugins/7"))
    assert [one.methods for one in report.outcomes] == [("plugins.mget",), ("plugins.retrieve",)]


def test_a_value_that_the_document_does_not_list_is_told(check: Checker) -> None:
    workspace = {"id": "1", "name": "n", "workspace_type": "guild"}
    page = {"code": 0, "msg": "", "data": {"total_count": 1, "workspaces": [workspace]}}
    report = check(example("GET /v1/workspaces", responses=[page]))
    listed = "/data/workspaces/*/workspace_type: the document does not list 'guild'"
    assert f"response 1: {listed}" in message(report)
    assert not report.failed

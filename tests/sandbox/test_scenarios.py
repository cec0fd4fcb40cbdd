from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from coze_sandbox import Scenario

if TYPE_CHECKING:
    from coze_sandbox import Sandbox

SHOP = "/v1/shops/1"
GOODS = "/v1/shops/1/goods"
STREAM: dict[str, Any] = {"json": {"user_id": "me", "stream": True}}
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "json": ("GET", SHOP, {}),
    "stream": ("POST", "/v1/talk", STREAM),
    "binary": ("POST", "/v1/speech", {"json": {}}),
}
LAST_PAGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "data.has_more by number": ("GET", GOODS, {"params": {"page_num": 50}}),
    "data.has_more by token": ("GET", "/v1/events", {"params": {"page_token": "page-500"}}),
    "has_more by window": ("POST", "/v1/messages", {"json": {"limit": 50}}),
}


def message(scenario: str) -> dict[str, str]:
    return {"x-sandbox-scenario": scenario}


@pytest.mark.parametrize(
    ("scenario", "status", "code", "msg"),
    [
        ("status=503", 503, 5000, "the sandbox was told to fail"),
        ("status=404", 404, 4200, "the sandbox was told to fail"),
        ("status=429;msg=slow down", 429, 4009, "slow down"),
        ("status=400;code=4016", 400, 4016, "the sandbox was told to fail"),
        ("code=4028;msg=no credits", 200, 4028, "no credits"),
    ],
)
def test_an_error_is_an_envelope(
    http: httpx.Client, scenario: str, status: int, code: int, msg: str
) -> None:
    answer = http.get(SHOP, headers=message(scenario))
    assert answer.status_code == status
    logid = answer.headers["x-tt-logid"]
    assert answer.json() == {"code": code, "msg": msg, "detail": {"logid": logid}}


def test_an_error_takes_the_place_of_a_stream(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(code=4101))
    answer = http.post("/v1/talk", **STREAM)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["code"] == 4101


def test_a_gateway_answers_html(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(html=True))
    answer = http.get(SHOP)
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "text/html"
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize(("seconds", "text"), [(7, "7"), (0.5, "0.5")])
def test_a_retry_after_is_sent(
    sandbox: Sandbox, http: httpx.Client, seconds: float, text: str
) -> None:
    sandbox.scenario(Scenario(status=503, retry_after=seconds))
    assert http.get(SHOP).headers["retry-after"] == text


def test_a_delay_comes_before_the_answer(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(delay=60))
    with pytest.raises(httpx.ReadTimeout):
        http.get(SHOP, timeout=0.2)


def test_a_delay_comes_before_each_event(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(delay=60))
    with http.stream("POST", "/v1/talk", **STREAM, timeout=0.2) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            answer.read()


def test_a_connection_is_cut_before_the_answer(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(cut_after=0))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        http.get(SHOP)


@pytest.mark.parametrize("after", [1, 7, 60])
@pytest.mark.parametrize("call", CALLS)
def test_a_connection_is_cut_within_the_body(
    sandbox: Sandbox, http: httpx.Client, call: str, after: int
) -> None:
    method, path, parts = CALLS[call]
    whole = http.request(method, path, **parts).content
    sandbox.scenario(Scenario(cut_after=after))
    got = b""
    with http.stream(method, path, **parts) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012  # it breaks on the way
            for piece in answer.iter_raw():
                got += piece
    assert got == whole[:after]


def test_a_stream_is_cut_even_behind_its_end(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(cut_after=1_000_000))
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/v1/talk", **STREAM)


def test_a_connection_is_reset(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(cut_after=7, reset=True))
    with pytest.raises(httpx.ReadError):
        http.get(SHOP)


def test_a_token_expires_with_a_request(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(expire_token=True), times=1)
    assert [http.get(SHOP).status_code for _ in range(2)] == [200, 401]
    sandbox.reset()
    assert http.get(SHOP).status_code == 200


@pytest.mark.parametrize("call", CALLS)
def test_a_chunk_is_malformed(sandbox: Sandbox, http: httpx.Client, call: str) -> None:
    method, path, parts = CALLS[call]
    sandbox.scenario(Scenario(malformed_chunk=True))
    with pytest.raises(httpx.RemoteProtocolError, match="chunk"):
        http.request(method, path, **parts)


def test_a_page_is_capped(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(page_cap=4))
    first, second = (
        http.get(GOODS, params={"page_num": number, "page_size": 20}).json()["data"]
        for number in (1, 2)
    )
    assert [len(page["items"]) for page in (first, second)] == [4, 4]
    assert first["items"] != second["items"]
    assert first["has_more"] is True


@pytest.mark.parametrize(
    ("how", "fields"),
    [("missing", {}), ("null", {"data": None}), ("renamed", {"data_v2"}), ("items", {"data"})],
)
def test_a_success_lacks_its_result(
    sandbox: Sandbox, http: httpx.Client, how: Any, fields: dict[str, Any] | set[str]
) -> None:
    sandbox.scenario(Scenario(absent=how))
    body = http.get(GOODS).json()
    assert body["code"] == 0
    rest = {name: value for name, value in body.items() if name not in {"code", "msg", "detail"}}
    assert rest == fields if isinstance(fields, dict) else set(rest) == fields
    assert how != "items" or rest["data"]["items"] is None


def test_a_token_is_repeated(sandbox: Sandbox, http: httpx.Client) -> None:
    token = http.get("/v1/events").json()["data"]["page_token"]
    sandbox.scenario(Scenario(repeat_token=True))
    data = http.get("/v1/events", params={"page_token": token}).json()["data"]
    assert (data["page_token"], data["has_more"]) == (token, True)


@pytest.mark.parametrize("call", LAST_PAGES)
def test_more_is_always_promised(sandbox: Sandbox, http: httpx.Client, call: str) -> None:
    method, path, parts = LAST_PAGES[call]
    sandbox.scenario(Scenario(always_has_more=True))
    body = http.request(method, path, **parts).json()
    page = body["data"] if call.startswith("data.") else body
    assert page["has_more"] is True


def test_a_stream_ends_without_its_end_event(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(no_end=True))
    text = http.post("/v1/talk", **STREAM).text
    assert "event: said" in text
    assert "event: over" not in text


def test_a_stream_does_not_end_until_the_caller_leaves(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    whole = http.post("/v1/talk", **STREAM).text
    sandbox.scenario(Scenario(endless=True))
    with http.stream("POST", "/v1/talk", **STREAM) as answer:
        lines = answer.iter_lines()
        message = [line for line, _ in zip(lines, range(10_000), strict=False)]
    assert message[0] == whole.split("\n")[0]
    assert message.count("event: said") > 3_000
    assert "event: over" not in message
    assert http.get(SHOP).status_code == 200


def test_an_endless_stream_can_be_cut(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(endless=True, cut_after=100_000))
    got: list[bytes] = []
    with (
        http.stream("POST", "/v1/talk", **STREAM) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        got.extend(answer.iter_raw())
    assert sum(map(len, got)) == 100_000


def test_an_error_event_breaks_a_stream_off(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(error_event="broken", code=4028, msg="no credits"))
    text = http.post("/v1/talk", **STREAM).text
    assert text.startswith("event: started\n")
    assert text.endswith('\n\nevent: broken\ndata: {"code":4028,"msg":"no credits"}\n\n')
    assert "event: over" not in text


def test_a_plain_answer_takes_the_place_of_a_stream(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(plain=True))
    assert http.post("/v1/talk", **STREAM).json()["data"]["user_id"] == "me"


def test_fields_of_the_result_are_replaced(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(result={"kind": "bank", "owner": None}))
    data = http.get(SHOP).json()["data"]
    assert (data["kind"], data["owner"], data["name"]) == ("bank", None, "Corner shop")


def test_a_scenario_waits_for_its_operation(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(status=500), operation="talk.stream")
    assert http.get(SHOP).status_code == 200
    assert http.post("/v1/talk", json={"user_id": "me"}).status_code == 200
    assert http.post("/v1/talk", **STREAM).status_code == 500


def test_scenarios_are_used_up_in_their_order(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(status=503), times=2)
    sandbox.scenario(Scenario(status=429), times=1)
    assert [http.get(SHOP).status_code for _ in range(4)] == [503, 503, 429, 200]


def test_a_scenario_without_times_stays(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(status=503))
    assert [http.get(SHOP).status_code for _ in range(3)] == [503, 503, 503]
    sandbox.reset()
    assert http.get(SHOP).status_code == 200


def test_a_wrong_request_uses_no_scenario_up(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(status=503), times=1)
    assert http.get(SHOP, params={"wrong": "1"}).status_code == 400
    assert http.get(SHOP).status_code == 503


def test_a_header_goes_first_and_uses_no_scenario_up(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.scenario(Scenario(status=503), times=1)
    assert http.get(SHOP, headers=message("status=404")).status_code == 404
    assert http.get(SHOP).status_code == 503


@pytest.mark.parametrize(
    ("text", "scenario"),
    [
        ("", Scenario()),
        ("status=503; retry_after=1.5", Scenario(status=503, retry_after=1.5)),
        ("html=true;delay=0", Scenario(html=True)),
        ('{"code": 4016, "msg": "busy; wait"}', Scenario(code=4016, msg="busy; wait")),
        ('{"result": {"status": "failed"}}', Scenario(result={"status": "failed"})),
        ("error_event=broken;code=1", Scenario(error_event="broken", code=1)),
    ],
)
def test_a_header_is_json_or_pairs(text: str, scenario: Scenario) -> None:
    assert Scenario.parse(text) == scenario


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stauts=503", "unknown field stauts; there are status, code, msg"),
        ("status=often", "Expected `int | null`, got `str` - at `$.status`"),
        ("status=200", "status is 200; it must be an error, 400 to 599"),
        ("delay=-1", "delay is -1.0; it must be 0 or more"),
        ("delay=nan", "delay is nan; it must be 0 or more"),
        ("close_code=999", "close_code is 999; it must be 1000 to 4999"),
        ("fragment=0", "fragment is 0; it must be 1 or more"),
        ("page_cap=0", "page_cap is 0; it must be 1 or more"),
        (
            "msg=hello",
            "msg alone makes no error; give status, code, error_event or close_code as well",
        ),
        ('{"status": 503', "no JSON object: "),
    ],
)
def test_a_bad_header_is_refused(http: httpx.Client, text: str, reason: str) -> None:
    answer = http.get(SHOP, headers=message(text))
    assert answer.status_code == 400
    assert answer.json()["code"] == 4000
    assert answer.json()["msg"].startswith(f"x-sandbox-scenario: {reason}")


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ({"script": "sung"}, "scenario: talk.stream has no script called 'sung'"),
        ({"error_event": "over"}, "scenario: no error event 'over'; there are broken"),
    ],
)
def test_a_scenario_that_does_not_suit_a_stream_is_refused(
    http: httpx.Client, scenario: dict[str, str], text: str
) -> None:
    answer = http.post("/v1/talk", **STREAM, headers=message(json.dumps(scenario)))
    assert answer.status_code == 400
    assert answer.json()["msg"] == text


@pytest.mark.parametrize(
    "values", [{"status": 99}, {"cut_after": -1}, {"retry_after": -0.1}, {"msg": "alone"}]
)
def test_a_scenario_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        Scenario(**values)


def test_an_unknown_operation_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"no operation is called 'talk\.steam'"):
        sandbox.scenario(Scenario(), operation="talk.steam")


def test_zero_times_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="times is 0; it must be 1 or more"):
        sandbox.scenario(Scenario(), times=0)

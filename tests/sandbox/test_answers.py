from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest

from coze_sandbox import Sandbox


def test_the_result_stands_in_the_envelope(http: httpx.Client) -> None:
    answer = http.get("/v1/shops/1")
    body = answer.json()
    assert (body["code"], body["msg"]) == (0, "")
    assert body["detail"] == {"logid": answer.headers["x-tt-logid"]}


def test_an_answer_without_result_is_an_envelope(http: httpx.Client) -> None:
    answer = http.delete("/v1/shops/1")
    logid = answer.headers["x-tt-logid"]
    assert answer.json() == {"code": 0, "msg": "", "detail": {"logid": logid}}


def test_every_property_is_filled(http: httpx.Client) -> None:
    good = {"id": "5", "name": "Bread", "shop_id": "1"}
    assert http.get("/v1/shops/1").json()["data"] == {
        "id": "1",
        "name": "Corner shop",
        "kind": "bakery",
        "open": True,
        "floor": 2,
        "rating": 4.5,
        "founded": "2025-01-01",
        "changed_at": 1735689600,
        "site_url": "https://example.com/site_url",
        "labels": {"key": "value"},
        "free": {},
        "branches": [],
        "owner": {"id": "7400000000000000000", "name": "nam"},
        "motto": "mottoxxxxxxx",
        "goods": [good | {"shop_id": "7400000000000000000"}],
    }


def test_the_same_request_gets_the_same_answer(http: httpx.Client) -> None:
    first, second = (http.get("/v1/shops/1", params={"open": "true"}) for _ in range(2))
    assert first.content == second.content
    assert first.headers == second.headers


def test_another_request_gets_another_log_id(http: httpx.Client) -> None:
    first, second = (http.get(f"/v1/shops/{number}") for number in (1, 2))
    assert first.headers["x-tt-logid"] != second.headers["x-tt-logid"]


def test_a_body_is_given_back(http: httpx.Client) -> None:
    body = {"name": "New", "floor": 5, "kind": "grocery", "free": {"a": 1}}
    data = http.put("/v1/shops/7", json=body).json()["data"]
    assert {name: data[name] for name in body} == body
    assert data["id"] == "7"


def test_a_query_is_given_back_in_the_type_of_the_field(http: httpx.Client) -> None:
    data = http.get("/v1/shops/1", params={"open": "false", "floor": "3"}).json()["data"]
    assert (data["open"], data["floor"]) == (False, 3)


@pytest.mark.parametrize(
    ("kind", "asked", "answered"),
    [("string", "a,b", ["a", "b"]), ("integer", "1,2", [1, 2]), ("integer", "1,b", None)],
)
def test_a_list_is_given_back_where_all_of_it_fits(
    document: dict[str, Any], kind: str, asked: str, answered: list[Any] | None
) -> None:
    document = copy.deepcopy(document)
    field = {"type": "array", "items": {"type": kind}}
    document["components"]["schemas"]["Shop"]["properties"]["tags"] = field
    headers = {"authorization": "Bearer x", "x-style": "str"}
    with Sandbox(document) as sandbox:
        url = f"{sandbox.url}/v1/shops/1"
        plain = httpx.get(url, headers=headers).json()["data"]["tags"]
        data = httpx.get(url, params={"tags": asked}, headers=headers).json()["data"]
    assert data["tags"] == (answered or plain)


def test_the_id_of_the_path_is_the_id_of_the_result(http: httpx.Client) -> None:
    assert http.get("/v1/files/retrieve", params={"file_id": "9"}).json()["data"]["id"] == "9"


def test_the_id_of_a_parent_is_not_the_id_of_the_result(http: httpx.Client) -> None:
    assert http.post("/v1/shops/9/files").json()["data"]["id"] == "7400000000000000000"


def test_name_and_size_of_an_upload_are_given_back(http: httpx.Client) -> None:
    data = http.post("/v1/files", files={"file": ("ä.txt", b"\r\n\xff" * 70_000)}).json()["data"]
    assert (data["file_name"], data["bytes"]) == ("ä.txt", 210_000)


def test_a_binary_answer_has_its_media_type(http: httpx.Client) -> None:
    first, second = (http.post("/v1/speech", json={"text": "hi"}) for _ in range(2))
    assert first.headers["content-type"] == "audio/mpeg"
    assert len(first.content) > 1000
    assert first.content == second.content


def test_a_batch_has_one_item_per_id_in_order(http: httpx.Client) -> None:
    items = http.get("/v1/shops/mget", params={"ids": "b,a,b"}).json()["data"]["items"]
    assert [item["id"] for item in items] == ["b", "a", "b"]
    assert items[0] == items[2]


def test_a_batch_that_is_too_large_is_refused(http: httpx.Client) -> None:
    answer = http.get("/v1/shops/mget", params={"ids": "1,2,3,4"})
    assert answer.status_code == 400
    assert answer.json()["msg"] == "ids: 4 values; a request takes 3 at most"


@pytest.mark.parametrize("path", ["/v1/shops/1", "/nowhere"])
def test_every_answer_has_a_log_id(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.headers["x-tt-logid"] == answer.json()["detail"]["logid"]


def test_of_several_types_a_value_has_that_of_its_example(coze_sandbox: Sandbox) -> None:
    with httpx.Client(base_url=coze_sandbox.url) as client:
        headers = {"authorization": "Bearer sandbox"}
        answer = client.get("/v1/workflows/1/versions", headers=headers).json()
    assert answer["data"]["items"][0]["created_at"] == "1700000000"

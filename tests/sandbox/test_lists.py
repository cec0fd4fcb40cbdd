from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from coze_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOODS = "/v1/shops/1/goods"


def by_number(http: httpx.Client) -> Iterator[list[Any]]:
    for number in range(1, 100):
        data = http.get(GOODS, params={"page_num": number}).json()["data"]
        yield data["items"]
        if not data["has_more"]:
            return


def by_total(http: httpx.Client) -> Iterator[list[Any]]:
    seen = 0
    for number in range(1, 100):
        body = http.post("/v1/goods/search", json={"page": number, "size": 10}).json()
        yield body["found"]
        seen += len(body["found"])
        if seen == body["total"]:
            return


def by_token(http: httpx.Client) -> Iterator[list[Any]]:
    params = {"page_size": "10"}
    while True:
        data = http.get("/v1/events", params=params).json()["data"]
        yield data["items"]
        if not data["has_more"]:
            assert data["page_token"] == ""
            return
        params["page_token"] = data["page_token"]


def by_last_id(http: httpx.Client) -> Iterator[list[Any]]:
    asked: dict[str, Any] = {"limit": 10}
    while True:
        body = http.post("/v1/messages", json=asked).json()
        yield body["data"]
        if not body["has_more"]:
            return
        asked["after_id"] = body["last_id"]


@pytest.mark.parametrize("pages", [by_number, by_total, by_token, by_last_id])
def test_pages_give_the_collection_once(
    http: httpx.Client, pages: Callable[[httpx.Client], Iterator[list[Any]]]
) -> None:
    found = list(pages(http))
    assert [len(page) for page in found] == [10, 10, 10, 10, 5]
    ids = [item["id"] if isinstance(item, dict) else item for page in found for item in page]
    assert len(set(ids)) == 45


def test_the_document_gives_the_default_size(http: httpx.Client) -> None:
    data = http.get(GOODS).json()["data"]
    assert (len(data["items"]), data["total"], data["has_more"]) == (10, 45, True)


def test_items_stay_the_same_whatever_the_size(http: httpx.Client) -> None:
    small = http.get(GOODS, params={"page_num": 2, "page_size": 5}).json()["data"]["items"]
    large = http.get(GOODS, params={"page_size": 10}).json()["data"]["items"]
    assert large[5:] == small


def test_items_give_back_what_was_asked(http: httpx.Client) -> None:
    one = http.get("/v1/shops/one/goods").json()["data"]["items"]
    two = http.get("/v1/shops/two/goods").json()["data"]["items"]
    assert {item["shop_id"] for item in one} == {"one"}
    assert {item["shop_id"] for item in two} == {"two"}


def test_a_page_behind_the_last_one_is_empty(http: httpx.Client) -> None:
    data = http.get(GOODS, params={"page_num": 9}).json()["data"]
    assert data == {"items": [], "total": 45, "has_more": False}


def test_a_window_reaches_backwards(http: httpx.Client) -> None:
    middle = http.post("/v1/messages", json={"limit": 40}).json()["data"][-1]["id"]
    body = http.post("/v1/messages", json={"before_id": middle, "limit": 30}).json()
    assert len(body["data"]) == 30
    assert body["has_more"] is True
    first = http.post("/v1/messages", json={"before_id": body["first_id"], "limit": 30}).json()
    assert len(first["data"]) == 9
    assert first["has_more"] is False


@pytest.mark.parametrize("unset", ["", "0"])
def test_an_unset_id_means_the_beginning(http: httpx.Client, unset: str) -> None:
    asked = {"before_id": unset, "after_id": unset, "limit": 5}
    begin = http.post("/v1/messages", json={"limit": 5}).json()["data"]
    assert http.post("/v1/messages", json=asked).json()["data"] == begin


@pytest.mark.parametrize(
    ("method", "path", "parts", "text"),
    [
        ("GET", GOODS, {"params": {"page_size": 31}}, "page_size: 31 is above the limit of 30"),
        ("GET", GOODS, {"params": {"page_size": 0}}, "page_size: 0 is below 1"),
        ("GET", GOODS, {"params": {"page_num": 0}}, "page_num: 0 is below 1"),
        (
            "GET",
            "/v1/events",
            {"params": {"page_token": "x"}},
            "page_token: 'x' is not a token that a page gave",
        ),
        ("POST", "/v1/messages", {"json": {"after_id": "x"}}, "after_id: no item has the id 'x'"),
    ],
)
def test_a_page_that_does_not_exist_is_refused(
    http: httpx.Client, method: str, path: str, parts: dict[str, Any], text: str
) -> None:
    answer = http.request(method, path, **parts)
    assert answer.status_code == 400
    assert answer.json()["msg"] == text


@pytest.mark.parametrize("items", [0, 3])
def test_the_size_of_the_collections_can_be_chosen(document: dict[str, Any], items: int) -> None:
    headers = {"authorization": "Bearer sandbox"}
    with Sandbox(document, items=items) as sandbox:
        data = httpx.get(f"{sandbox.url}{GOODS}", headers=headers).json()["data"]
    assert (len(data["items"]), data["total"], data["has_more"]) == (items, items, False)

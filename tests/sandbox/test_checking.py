from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from coze_sandbox import Sandbox

JSON = {"content-type": "application/json"}

VIOLATIONS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "unknown query name": (
        "GET",
        "/v1/shops/1",
        {"params": {"opne": "true"}},
        "query opne: unknown parameter; shops.retrieve has open, tags, kinds, floor",
    ),
    "query value of a wrong type": (
        "GET",
        "/v1/shops/1",
        {"params": {"floor": "top"}},
        "query floor: 'top' is not of type integer",
    ),
    "query value of another language": (
        "GET",
        "/v1/shops/1",
        {"params": {"open": "True"}},
        "query open: 'True' is not of type boolean",
    ),
    "query value out of range": (
        "GET",
        "/v1/shops/1",
        {"params": {"floor": "10"}},
        "query floor: 10 is greater than the maximum of 9",
    ),
    "query value given twice": (
        "GET",
        "/v1/shops/1?floor=1&floor=2",
        {},
        "query floor: given 2 times; it takes one value",
    ),
    "repeated where commas are due": (
        "GET",
        "/v1/shops/1?tags=a&tags=b",
        {},
        "query tags: repeated; join its values with commas",
    ),
    "missing query": ("GET", "/v1/shops/mget", {}, "query ids: required, but missing"),
    "missing constant header": (
        "GET",
        "/v1/shops/1",
        {"headers": {"x-style": ""}},
        "header X-Style: must be 'str'",
    ),
    "missing body": ("PUT", "/v1/shops/1", {}, "body: required, but missing"),
    "missing field": ("PUT", "/v1/shops/1", {"json": {}}, "body: 'name' is a required property"),
    "unknown field": (
        "PUT",
        "/v1/shops/1",
        {"json": {"name": "a", "flor": 1}},
        "body: unknown field flor; it has name, floor, kind, owner, people, free",
    ),
    "unknown nested field": (
        "PUT",
        "/v1/shops/1",
        {"json": {"name": "a", "people": [{}, {"nmae": "b"}]}},
        "body.people[1]: unknown field nmae; it has id, name",
    ),
    "field of a wrong type": (
        "PUT",
        "/v1/shops/1",
        {"json": {"name": "a", "owner": {"id": 5}}},
        "body.owner.id: 5 is not of type 'string'",
    ),
    "value outside an enumeration": (
        "PUT",
        "/v1/shops/1",
        {"json": {"name": "a", "kind": "bank"}},
        "body.kind: 'bank' is not one of ['bakery', 'grocery']",
    ),
    "null": ("PUT", "/v1/shops/1", {"json": {"name": None}}, "body.name: "),
    "no JSON": (
        "PUT",
        "/v1/shops/1",
        {"content": b"{", "headers": JSON},
        "the body is not application/json: ",
    ),
    "wrong content type": (
        "PUT",
        "/v1/shops/1",
        {"content": b"{}", "headers": {"content-type": "text/plain"}},
        "content type text/plain: shops.update takes application/json",
    ),
    "missing content type": (
        "PUT",
        "/v1/shops/1",
        {"content": b"{}"},
        "content type missing: shops.update takes application/json",
    ),
    "body where none is due": (
        "DELETE",
        "/v1/shops/1",
        {"content": b"{}", "headers": JSON},
        "shops.delete takes no body",
    ),
    "unknown form field": (
        "POST",
        "/v1/files",
        {"files": {"file": b"x"}, "data": {"size": "1"}},
        "form size: unknown field; files.upload has file, copies, note",
    ),
    "form value of a wrong type": (
        "POST",
        "/v1/files",
        {"files": {"file": b"x"}, "data": {"copies": "two"}},
        "form copies: 'two' is not of type integer",
    ),
    "missing file": (
        "POST",
        "/v1/files",
        {"files": {"note": (None, "x")}},
        "body: 'file' is a required property",
    ),
    "form without boundary": (
        "POST",
        "/v1/files",
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        "the body is not multipart/form-data: ",
    ),
    "unknown field of a plain form": (
        "POST",
        "/oauth/token",
        {"data": {"gratn": "code"}},
        "form gratn: unknown field; oauth.token has grant",
    ),
}


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_request_that_breaks_the_document_is_refused(http: httpx.Client, violation: str) -> None:
    method, path, parts, text = VIOLATIONS[violation]
    answer = http.request(method, path, **parts)
    assert answer.status_code == 400
    assert answer.json()["code"] == 4000
    assert answer.json()["msg"].startswith(text)


def test_every_violation_is_named(http: httpx.Client) -> None:
    answer = http.put("/v1/shops/1", json={"name": 1, "kind": 2})
    assert "body.name: " in answer.json()["msg"]
    assert "body.kind: " in answer.json()["msg"]


@pytest.mark.parametrize(
    ("method", "path", "parts"),
    [
        ("GET", "/v1/shops/1", {"params": {"tags": "a,b", "open": "true", "floor": "3"}}),
        ("GET", "/v1/shops/1?kinds=a&kinds=b", {}),
        ("PUT", "/v1/shops/1", {"json": {"name": "a", "free": {"any": {"thing": 1}}}}),
        ("PUT", "/v1/shops/1", {"json": {"name": "a", "owner": {"id": "5"}, "people": []}}),
        ("POST", "/v1/goods/search", {}),
        ("POST", "/v1/files", {"files": {"file": b"\xff\x00"}, "data": {"copies": "2"}}),
        ("POST", "/v1/files", {"files": {"file": b""}, "data": {"note": "é 你"}}),
        ("POST", "/oauth/token", {"data": {"grant": "code"}}),
    ],
)
def test_a_request_that_keeps_to_the_document_is_accepted(
    http: httpx.Client, method: str, path: str, parts: dict[str, Any]
) -> None:
    answer = http.request(method, path, **parts)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", 4101), ("Bearer", 4101), ("Basic abc", 4101), ("Bearer expired", 4100)],
)
def test_a_bearer_token_is_wanted(http: httpx.Client, authorization: str, code: int) -> None:
    answer = http.get("/v1/shops/1", headers={"authorization": authorization})
    assert answer.status_code == 401
    assert answer.json()["code"] == code


def test_an_operation_without_security_wants_no_token(http: httpx.Client) -> None:
    answer = http.post("/oauth/token", headers={"authorization": ""}, data={"grant": "code"})
    assert answer.json() == {"access_token": "access token", "expires_in": 900}


def test_an_unknown_path_is_not_found(http: httpx.Client) -> None:
    answer = http.get("/v1/shop/1")
    assert answer.status_code == 404
    assert answer.json()["code"] == 4000
    assert answer.json()["msg"] == "no operation has the path /v1/shop/1"


def test_an_encoded_slash_stays_inside_its_parameter(http: httpx.Client) -> None:
    answer = http.get("/v1/shops/a%2F..%2Fmget")
    assert answer.json()["data"]["id"] == "a/../mget"


def test_a_wrong_method_is_not_allowed(http: httpx.Client) -> None:
    answer = http.patch("/v1/shops/1")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, PUT"
    assert answer.json()["msg"] == "/v1/shops/1 does not take PATCH; it takes DELETE, GET, PUT"


def test_a_path_without_variables_goes_first(http: httpx.Client, sandbox: Sandbox) -> None:
    http.get("/v1/shops/mget", params={"ids": "1"})
    assert sandbox.requests[-1].operation == "shops.mget"


@pytest.mark.parametrize("more", [{"name": "Bread"}, {"url": "u", "rank": 1}])
def test_an_object_takes_the_properties_of_each_schema_that_it_is_composed_of(
    document: dict[str, Any], more: dict[str, Any]
) -> None:
    import httpx

    from coze_sandbox import Sandbox

    schema = {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "allOf": [{"type": "object", "properties": {"rank": {"type": "integer"}}}],
        "oneOf": [
            {"required": ["name"], "properties": {"name": {"type": "string"}}},
            {"required": ["url"], "properties": {"url": {"type": "string"}}},
        ],
    }
    operation = {
        "operationId": "goods.create",
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "OK"}},
    }
    with Sandbox(document | {"paths": {"/goods": {"post": operation}}}) as sandbox:
        headers = {"authorization": "Bearer sandbox"}
        url = f"{sandbox.url}/goods"
        assert httpx.post(url, headers=headers, json={"id": "1", **more}).status_code == 200
        assert httpx.post(url, headers=headers, json={"id": 1, **more}).status_code == 400

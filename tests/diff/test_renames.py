"""A rename is a rename, with the overlay action that keeps the old name."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from generator.correction import apply
from generator.diff.report import suggest
from generator.overlay import Overlay
from tests.diff.diff_samples import (
    Json,
    compare,
    document,
    ids,
    operation,
    parameter,
    request_body,
    response,
)

if TYPE_CHECKING:
    from pathlib import Path

    from generator.diff.rules import Change

TEXT: Json = {"type": "string"}


def get(path: str, schema: Json, **fields: Json) -> Json:
    answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    return document(
        {path: {"get": {"operationId": "get_item", "responses": {"200": answer}} | fields}}
    )


def only(changes: tuple[Change, ...]) -> Change:
    assert len(changes) == 1, ids(changes)
    return changes[0]


def applied(tmp_path: Path, change: Change, new: Json) -> Json:
    """Return the newer document with the suggested overlay."""
    text = suggest(change, new)
    assert text
    path = tmp_path / "overlay.yaml"
    indented = "\n".join(f"  {line}" for line in text.splitlines())
    path.write_text(f"overlay: 1.1.0\ninfo: {{title: T, version: '1'}}\nactions:\n{indented}\n")
    return apply(new, Overlay.load(path), strict=True)[0]


def test_an_operation_keeps_its_name(tmp_path: Path) -> None:
    old, new = operation(), operation(operationId="list_all")
    change = only(compare(old, new))
    assert (change.id, change.wire, change.client) == (
        "operation-id-changed",
        "compatible",
        "breaking",
    )
    assert compare(old, applied(tmp_path, change, new)) == ()


def test_a_schema_keeps_its_name(tmp_path: Path) -> None:
    thing = {"type": "object", "properties": {"a": TEXT}}
    old = response({"$ref": "#/components/schemas/Thing"}, Thing=thing)
    new = response({"$ref": "#/components/schemas/Item"}, Item=thing)
    change = only(compare(old, new))
    assert (change.id, change.old, change.new) == ("schema-renamed", "Thing", "Item")
    assert (change.wire, change.client) == ("compatible", "breaking")
    kept = applied(tmp_path, change, new)
    assert kept["components"]["schemas"]["Item"]["x-client-name"] == "Thing"


def test_a_path_parameter_keeps_its_name(tmp_path: Path) -> None:
    def items(name: str) -> Json:
        listed = [{"name": name, "in": "path", "required": True, "schema": TEXT}]
        return get(f"/items/{{{name}}}", {"type": "integer"}, parameters=listed)

    change = only(compare(items("id"), items("item_id")))
    assert (change.id, change.wire, change.client) == (
        "path-parameter-renamed",
        "compatible",
        "breaking",
    )
    assert compare(items("id"), applied(tmp_path, change, items("item_id"))) == ()


def test_a_path_parameter_that_is_renamed_and_changed_is_both() -> None:
    def items(name: str, schema: Json) -> Json:
        listed = [{"name": name, "in": "path", "required": True, "schema": schema}]
        return get(f"/items/{{{name}}}", {"type": "integer"}, parameters=listed)

    found = compare(items("id", {"type": "integer"}), items("item_id", {"type": "boolean"}))
    assert ids(found) == ["request-parameter-type-changed", "path-parameter-renamed"]


@pytest.mark.parametrize(
    ("place", "id_"),
    [(request_body, "request-property-renamed"), (response, "response-property-renamed")],
)
def test_a_property_keeps_its_name(tmp_path: Path, place: Any, id_: str) -> None:
    old = place({"type": "object", "properties": {"user_id": TEXT, "b": {"type": "integer"}}})
    new = place({"type": "object", "properties": {"userid": TEXT, "b": {"type": "integer"}}})
    change = only(compare(old, new))
    assert (change.id, change.old, change.new) == (id_, "user_id", "userid")
    kept = applied(tmp_path, change, new)
    assert {one.wire for one in compare(old, kept)} == {"compatible"}


def test_a_parameter_keeps_its_name(tmp_path: Path) -> None:
    old, new = parameter(TEXT, name="user_id"), parameter(TEXT, name="userid")
    change = only(compare(old, new))
    assert (change.id, change.wire, change.client) == ("parameter-renamed", "risky", "breaking")
    kept = applied(tmp_path, change, new)
    assert ids(compare(old, kept)) == ["parameter-added"]


def test_a_query_parameter_in_other_letters_is_another_one() -> None:
    assert ids(compare(parameter(TEXT, name="ID"), parameter(TEXT, name="id"))) == [
        "parameter-renamed"
    ]


def test_a_header_in_other_letters_is_the_same() -> None:
    one = {"in": "header", "name": "X-Token"}
    assert compare(parameter(TEXT, **one), parameter(TEXT, **one | {"name": "x-token"})) == ()


@pytest.mark.parametrize("name", ["comment", "zip"])
def test_what_has_another_name_altogether_is_gone(name: str) -> None:
    old = request_body({"type": "object", "properties": {"user_id": TEXT, "b": TEXT}})
    new = request_body({"type": "object", "properties": {"b": TEXT, name: TEXT}})
    assert ids(compare(old, new)) == ["request-property-removed", "request-property-added"]


def test_what_has_a_similar_name_and_another_type_is_gone() -> None:
    old = request_body({"type": "object", "properties": {"user_id": TEXT}})
    new = request_body(
        {"type": "object", "properties": {"user_ids": {"type": "array", "items": TEXT}}}
    )
    assert ids(compare(old, new)) == ["request-property-removed", "request-property-added"]


def test_each_name_is_taken_once() -> None:
    old = request_body({"type": "object", "properties": {"user_id": TEXT, "userid": TEXT}})
    new = request_body({"type": "object", "properties": {"UserID": TEXT}})
    assert sorted(ids(compare(old, new))) == [
        "request-property-removed",
        "request-property-renamed",
    ]


def test_a_renamed_class_does_not_change_the_types_that_mention_it() -> None:
    def nested(name: str) -> Json:
        schemas = {
            "Outer": {
                "type": "object",
                "properties": {"inner": {"$ref": f"#/components/schemas/{name}"}},
            },
            name: {"type": "object", "properties": {"a": TEXT}},
        }
        return response({"$ref": "#/components/schemas/Outer"}, **schemas)

    assert ids(compare(nested("Inner"), nested("Middle"))) == ["schema-renamed"]


def test_a_moved_operation_is_one_change_and_its_method_stays() -> None:
    old = get("/v1/items", TEXT)
    new = copy.deepcopy(old)
    new["paths"]["/v2/items"] = new["paths"].pop("/v1/items")
    change = only(compare(old, new))
    assert (change.id, change.wire, change.client) == ("operation-moved", "breaking", "safe")
    assert (change.old, change.new) == ("GET /v1/items", "GET /v2/items")


def test_what_changes_in_a_moved_operation_is_compared_as_well() -> None:
    found = compare(get("/v1/items", TEXT), get("/v2/items", {"type": "integer"}))
    assert {"operation-moved", "response-body-type-changed"} <= set(ids(found))


def test_an_operation_that_was_announced_to_go_is_not_moved() -> None:
    old = get("/v1/items", TEXT, deprecated=True)
    assert "operation-removed-deprecated" in ids(compare(old, get("/v2/items", TEXT)))


def test_suggestions_are_yaml_that_overlays_accept(tmp_path: Path) -> None:
    old, new = operation(operationId="it's: [odd]"), operation(operationId="plain")
    change = only(compare(old, new))
    assert compare(old, applied(tmp_path, change, new)) == ()


def test_what_python_calls_the_same_is_no_rename_there() -> None:
    change = only(compare(parameter(TEXT, name="user_id"), parameter(TEXT, name="userId")))
    assert (change.id, change.wire, change.client) == ("parameter-renamed", "risky", "safe")

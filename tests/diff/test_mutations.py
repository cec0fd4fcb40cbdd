"""Edits of known effect get the verdict that they deserve, wherever they are made."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator

from generator.diff.rules import Rule, Verdict, rules
from generator.errors import GeneratorError
from tests.diff.diff_samples import Json, compare, ids, judged, request_body, response
from tests.fuzz.effort import fuzzed

SCHEMA_RULES = [
    rule
    for rule in rules().values()
    if rule.example and rule.example.kind == "schema" and rule.example.place[1] == "property"
]
NAMES = ("alpha", "bravo", "charlie")


def in_property(schema: Json, name: str) -> Json:
    return {"type": "object", "properties": {name: schema, "other": {"type": "string"}}}


def in_list(schema: Json, _: str) -> Json:
    return {"type": "array", "items": schema}


def in_map(schema: Json, _: str) -> Json:
    return {"type": "object", "additionalProperties": schema}


def in_all_of(schema: Json, name: str) -> Json:
    return {"allOf": [{"type": "object"}, in_property(schema, name)]}


def in_alternative(schema: Json, name: str) -> Json:
    return {"oneOf": [{"type": "boolean"}, in_property(schema, name)]}


@fuzzed(30)
@given(
    st.sampled_from(SCHEMA_RULES),
    st.lists(
        st.tuples(
            st.sampled_from([in_property, in_list, in_map, in_all_of, in_alternative]),
            st.sampled_from(NAMES),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_an_edit_is_judged_alike_at_any_depth(rule: Rule, way: list[Any]) -> None:
    assert rule.example
    sides: list[Json] = []
    for schema in (rule.example.old, rule.example.new):
        components: Json = dict(rule.example.components or {})
        wrapped = copy.deepcopy(schema)
        for at, (wrap, name, by_reference) in enumerate(way):
            wrapped = wrap(wrapped, name)
            if by_reference:
                components[f"Step{at}"] = wrapped
                wrapped = {"$ref": f"#/components/schemas/Step{at}"}
        place = request_body if rule.example.place[0] == "request" else response
        sides.append(place(in_property(wrapped, "root"), **components))
    found = compare(sides[0], sides[1])
    assert rule.id in ids(found)
    assert Verdict.on(found).wire == Verdict.on(judged(rule.example, rule.example.new)).wire


# Schemas and values. What a validator says about values is the truth that verdicts must respect.


def bounded(draw: Any, lower: str, upper: str) -> Json:
    found: Json = {}
    if draw(st.booleans()):
        found[lower] = draw(st.integers(0, 3))
    if draw(st.booleans()):
        found[upper] = draw(st.integers(2, 5))
    return found


@st.composite
def schemas(draw: Any, depth: int = 2) -> Json:
    kinds = ["string", "integer", "number", "boolean", *(["array", "object"] if depth else [])]
    kind = draw(st.sampled_from(kinds))
    schema: Json = {"type": kind}
    if draw(st.integers(0, 4)) == 0:
        schema["nullable"] = True
    match kind:
        case "string":
            schema |= bounded(draw, "minLength", "maxLength")
            if draw(st.integers(0, 3)) == 0:
                values = st.lists(st.sampled_from(["", "a", "bb", "ccc"]), min_size=1, unique=True)
                schema["enum"] = draw(values)
        case "integer" | "number":
            schema |= bounded(draw, "minimum", "maximum")
            if draw(st.integers(0, 3)) == 0:
                schema["exclusiveMaximum"] = True
            if draw(st.integers(0, 3)) == 0:
                schema["multipleOf"] = draw(st.integers(1, 4))
        case "array":
            schema |= bounded(draw, "minItems", "maxItems")
            schema["items"] = draw(schemas(depth - 1))
            if draw(st.integers(0, 3)) == 0:
                schema["uniqueItems"] = True
        case "object":
            names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
            schema["properties"] = {name: draw(schemas(depth - 1)) for name in names}
            required = [name for name in names if draw(st.booleans())]
            if required:
                schema["required"] = required
        case _:
            pass
    if draw(st.integers(0, 7)) == 0:
        return {"oneOf": [schema, {"type": "string"} if kind != "string" else {"type": "boolean"}]}
    return schema


@st.composite
def edited(draw: Any, schema: Json) -> Json:
    """Return a schema that differs from another one in a few places."""
    made = dict(schema)
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: draw(edited(inner)) for name, inner in value.items()}
            if draw(st.integers(0, 3)) == 0:
                made[key].pop(draw(st.sampled_from(sorted(value))))
            if draw(st.integers(0, 3)) == 0:
                made[key][draw(st.sampled_from(NAMES))] = draw(schemas(0))
            made["required"] = [name for name in made[key] if draw(st.booleans())]
        elif key == "items":
            made[key] = draw(edited(value))
        elif key == "oneOf":
            made[key] = [draw(edited(value[0])), *value[1:]]
        elif draw(st.integers(0, 3)) == 0 and key not in {"type", "enum", "required"}:
            del made[key]
    if draw(st.integers(0, 3)) == 0:
        fresh = draw(schemas(0))
        if fresh.get("type") == made.get("type") and "properties" not in made:
            made |= fresh
    return made


def values(schema: Json, depth: int = 3) -> list[Any]:
    """Return values at and around the limits of a schema; only its own properties."""
    if "oneOf" in schema:
        return [value for member in schema["oneOf"] for value in values(member, depth)]
    match schema.get("type"):
        case "string":
            return ["", "a", "bb", "ccc", "dddd", "eeeeee", None]
        case "integer":
            return [*range(-1, 8), 12, None]
        case "number":
            return [-1, 0, 0.5, 1, 2, 2.5, 3, 4, 5, 6, 12, None]
        case "array":
            items = values(schema.get("items", {}), depth - 1)
            some = items[:: max(1, len(items) // 6)]
            lists = [some[:1] * size for size in range(7)] + [some[:size] for size in range(7)]
            return [*lists, *([item] * 2 for item in items), None]
        case "object":
            inner = {name: values(one, depth - 1) for name, one in schema["properties"].items()}
            full = {
                name: next((v for v in some if valid(schema["properties"][name], v)), None)
                for name, some in inner.items()
            }
            found: list[Any] = [full, {}, None]
            for name, some in inner.items():
                found.append({key: value for key, value in full.items() if key != name})
                found.extend({**full, name: value} for value in some)
            return found
        case "boolean":
            return [True, False, None]
        case _:
            return ["text", 1, None]


def valid(schema: Json, value: Any) -> bool:
    return OAS30Validator(schema).is_valid(value)


@st.composite
def edits(draw: Any) -> tuple[Json, Json]:
    old = draw(schemas())
    return old, draw(edited(old))


@fuzzed(30)
@given(edits())
def test_a_request_that_becomes_invalid_is_never_called_compatible(pair: tuple[Json, Json]) -> None:
    old, new = pair
    verdict = Verdict.on(compare(request_body(old), request_body(new)))
    if verdict.wire in {"none", "compatible"}:
        known = request_only(old, new)
        lost = [value for value in values(known) if valid(old, value) and not valid(new, value)]
        assert not lost


@fuzzed(30)
@given(edits())
def test_an_answer_that_was_impossible_is_never_called_compatible(pair: tuple[Json, Json]) -> None:
    old, new = pair
    verdict = Verdict.on(compare(response(old), response(new)))
    if verdict.wire in {"none", "compatible"}:
        fresh = [value for value in values(new) if valid(new, value) and not valid(old, value)]
        assert not fresh


def request_only(old: Json, new: Json) -> Json:
    """Return the old schema: callers send what it describes, and nothing that it does not."""
    assert new is not None
    return old


@fuzzed(30)
@given(edits())
def test_no_edit_is_no_change_and_each_edit_is_seen_from_both_sides(
    pair: tuple[Json, Json],
) -> None:
    old, new = pair
    for place in (request_body, response):
        assert compare(place(old), place(old)) == ()
        there, back = compare(place(old), place(new)), compare(place(new), place(old))
        assert bool(there) == bool(back)


@pytest.mark.parametrize("place", [request_body, response])
@fuzzed(30)
@given(st.data())
def test_splitting_into_allof_and_components_changes_nothing(place: Json, data: Any) -> None:
    schema = data.draw(schemas())
    pieces: Json = {key: value for key, value in schema.items() if data.draw(st.booleans())}
    rest: Json = {key: value for key, value in schema.items() if key not in pieces or key == "type"}
    if "nullable" in schema:
        pieces["nullable"] = rest["nullable"] = True
    split = {"allOf": [{"$ref": "#/components/schemas/Piece"}, rest]}
    if "exclusiveMaximum" in schema or "oneOf" in schema:
        return
    changes = compare(place(schema), place(split, Piece=pieces))
    assert {change.wire for change in changes} <= {"none"}


# Documents that are broken somewhere.

RICH: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Test", "version": "1"},
    "servers": [{"url": "https://{zone}.example", "variables": {"zone": {"default": "x"}}}],
    "security": [{"key": ["read"]}],
    "webhooks": {"added": {"post": {"responses": {"200": {"description": "ok"}}}}},
    "paths": {
        "/a/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "post": {
                "operationId": "make_a",
                "tags": ["a"],
                "deprecated": True,
                "x-sunset": "2999-01-01",
                "security": [{"key": []}],
                "parameters": [
                    {"name": "q", "in": "query", "explode": False, "schema": {"enum": [1, 2]}},
                    {"name": "f", "in": "query", "content": {"text/plain": {"schema": {}}}},
                ],
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {"$ref": "#/components/schemas/A"},
                            "encoding": {"a": {"contentType": "text/plain"}},
                        }
                    }
                },
                "callbacks": {"done": {"{$url}": {"post": {"responses": {}}}}},
                "responses": {
                    "200": {
                        "description": "ok",
                        "headers": {"X": {"required": True, "schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/A"}}
                        },
                    }
                },
            },
        }
    },
    "components": {
        "securitySchemes": {
            "key": {"type": "oauth2", "flows": {"implicit": {"scopes": {"read": "Read"}}}}
        },
        "schemas": {
            "A": {
                "type": ["object", "null"],
                "required": ["a"],
                "properties": {
                    "a": {"allOf": [{"type": "string", "minLength": 1, "pattern": "x"}]},
                    "b": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
                    "c": {"type": "array", "prefixItems": [{}], "dependentRequired": {"a": ["b"]}},
                    "d": {"type": "number", "multipleOf": 2, "not": {"enum": [2]}},
                },
                "additionalProperties": {"type": "integer", "readOnly": True},
                "discriminator": {"propertyName": "a", "mapping": {"x": "A"}},
            }
        },
    },
}
JUNK: list[Any] = [
    *(None, True, 0, 1.5, "", "x", [], {}, [None], ["x"], [{}], {"x": None}, {"x": {}}, {"x": "y"}),
    {"$ref": "#/components/schemas/A"},
    {"$ref": 5},
    {"$ref": "#/nowhere"},
]


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    found = [(*above, key) for key, _ in inner]
    return found + [place for key, item in inner for place in places(item, (*above, key))]


@fuzzed(80)
@given(st.sampled_from(places(RICH)), st.sampled_from(JUNK))
def test_a_document_that_is_broken_somewhere_is_compared_or_refused(place: Any, junk: Any) -> None:
    broken = copy.deepcopy(RICH)
    node = broken
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = copy.deepcopy(junk)
    for old, new in ((RICH, broken), (broken, RICH)):
        with contextlib.suppress(GeneratorError):
            assert all(change.message for change in compare(old, new))
    with contextlib.suppress(GeneratorError):
        assert compare(broken, broken) == ()

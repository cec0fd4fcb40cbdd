"""One run tells every error that a pass or the plan finds, not its first one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GeneratorError
from generator.normalise import normalise, run_passes
from generator.plan import make_plan
from tests.generator.inline import REF, holding

if TYPE_CHECKING:
    from collections.abc import Callable


def errors_of(work: Callable[[], object]) -> list[str]:
    with pytest.raises(GeneratorError) as caught:
        work()
    return [f"{error.pointer}: {error.message}" for error in caught.value.errors]


def ref(name: str) -> dict[str, str]:
    return {"$ref": REF + name}


def test_references_that_lead_nowhere_and_all_circles_are_told() -> None:
    schemas: dict[str, Any] = {
        "A": ref("B"),
        "B": ref("A"),
        "C": {"allOf": [ref("C")]},
        "D": {"type": "object", "properties": {"x": ref("Nowhere")}},
    }
    listed = {"oneOf": [ref(name) for name in schemas]}
    found = [
        f"{one.pointer}: {one.message}" for one in run_passes(holding(listed, **schemas)).errors
    ]
    assert [one.partition(": ")[0] for one in sorted(found)] == [
        "/components/schemas/A",
        "/components/schemas/C",
        "/components/schemas/D/properties/x/$ref",
    ]


def test_all_components_beyond_the_limits_are_told_and_none_that_only_holds_one() -> None:
    def deep(levels: int) -> dict[str, Any]:
        return {"type": "array", "items": deep(levels - 1)} if levels else {"type": "string"}

    chains = {
        f"{one}{n}": {"type": "array", "items": ref(f"{one}{n - 1}")}
        for one in "AB"
        for n in range(1, 120)
    }
    schemas: dict[str, Any] = {
        **chains,
        "A0": deep(1),
        "B0": deep(1),
        "C": {"type": "array", "items": ref("A119")},
    }
    listed = {"type": "object", "properties": {"c": ref("C"), "b": ref("B119")}}
    found = errors_of(lambda: normalise(holding(listed, **schemas)))
    assert len(found) == 2
    assert {one[len("/components/schemas/")] for one in found} == {"A", "B"}


def operation(path: str) -> dict[str, Any]:
    return {"get": {"operationId": path, "responses": {"204": {"description": "None"}}}}


def test_all_that_the_plan_refuses_of_names_is_told() -> None:
    document = holding({"type": "string"})
    document["paths"] = {
        "/a": operation("bots.get"),
        "/b": operation("bots.get.all"),
        "/c": operation("cats.list"),
        "/d": operation("cats.list.all"),
    }
    found = errors_of(lambda: make_plan(normalise(document)))
    assert [one.partition(": ")[2] for one in found] == [
        "bots.get is a method, and the resource of other methods",
        "cats.list is a method, and the resource of other methods",
    ]


def test_all_classes_that_can_not_be_are_told() -> None:
    twice = {"type": "object", "properties": {"aB": {"type": "string"}, "a_b": {"type": "string"}}}
    schemas = {"One": twice, "Two": twice | {"description": "other", "required": ["aB"]}}
    listed = {"type": "object", "properties": {"one": ref("One"), "two": ref("Two")}}
    document = holding(listed | {"properties": listed["properties"]}, **schemas)
    found = errors_of(lambda: make_plan(normalise(document)))
    assert [one.split(": ")[0] for one in found] == [
        "/components/schemas/One/properties/a_b",
        "/components/schemas/Two/properties/a_b",
    ]


def test_all_clashes_of_names_within_one_class_are_told() -> None:
    fields = {wire: {"type": "string"} for wire in ("aB", "a_b", "cD", "c_d", "ok")}
    found = errors_of(
        lambda: make_plan(
            normalise(holding(ref("One"), One={"type": "object", "properties": fields}))
        )
    )
    assert [one.partition(": ")[0] for one in found] == [
        "/components/schemas/One/properties/a_b",
        "/components/schemas/One/properties/c_d",
    ]


def stream(path: str, *events: str) -> dict[str, Any]:
    content = {"text/event-stream": {"schema": {"oneOf": [{"type": "string"}]}}}
    return {
        "get": {
            "operationId": path,
            "responses": {"200": {"description": "Events", "content": content}},
            "x-client-stream": {
                "name": "ChatEvent",
                "events": {name: {"type": "string"} for name in events},
                "end": ["done"],
            },
        }
    }


def test_unions_of_events_and_classes_are_told_together() -> None:
    twice = {"type": "object", "properties": {"aB": {"type": "string"}, "a_b": {"type": "string"}}}
    document = holding(ref("One"), One=twice)
    document["paths"] |= {
        "/a": stream("chats.one", "done"),
        "/b": stream("chats.two", "done", "other"),
        "/c": stream("chats.three", "done", "third"),
    }
    found = errors_of(lambda: make_plan(normalise(document)))
    assert sorted(one.partition(": ")[0] for one in found) == [
        "/components/schemas/One/properties/a_b",
        "/paths/~1b/get/x-client-stream",
        "/paths/~1c/get/x-client-stream",
    ]


def test_all_wrong_fields_of_one_part_are_told() -> None:
    schema = {"type": 1, "enum": "a", "properties": {"x": 1, "y": 2}, "allOf": {}}
    found = errors_of(lambda: normalise(holding(schema)))
    ends = [one.partition(": ")[0].rpartition("schema/")[2] for one in found]
    assert ends == ["allOf", "enum", "properties/x", "properties/y", "type"]


def test_all_that_waiting_names_wrongly_is_told() -> None:
    document = holding({"type": "string"})
    waiting = {"poll": "no.method", "state": "s", "pending": [], "succeeded": [], "failed": []}
    document["paths"]["/a"] = operation("jobs.start")
    document["paths"]["/a"]["get"]["x-client-wait"] = waiting | {"fixed": ["x", "y"]}
    found = errors_of(lambda: make_plan(normalise(document)))
    assert [one.partition(": ")[2] for one in found] == [
        "jobs.start has no argument x",
        "jobs.start has no argument y",
        "no.method is not a method",
    ]


def test_all_that_one_operation_can_not_say_is_told() -> None:
    document = holding({"type": "string"})
    cookies = [{"name": name, "in": "cookie", "schema": {"type": "string"}} for name in "xy"]
    file: dict[str, Any] = {"type": "string", "format": "binary"}
    lists = {"type": "array", "items": {"type": "array", "items": file}}
    fields = {"a": lists, "b": lists, "c": {"type": "string"}}
    answer = {"type": "object", "properties": {"id": {"type": "string"}}}
    form = {
        "schema": {"type": "object", "properties": fields},
        "encoding": {"c": {"contentType": "text/xml,text/html"}, "d": {}},
    }
    document["paths"]["/a"] = {
        "post": {
            "operationId": "bots.make",
            "parameters": cookies,
            "requestBody": {"content": {"multipart/form-data": form}},
            "responses": {
                "200": {"description": "XML", "content": {"text/xml": {"schema": answer}}}
            },
        }
    }
    found = errors_of(lambda: make_plan(normalise(document)))
    start = "/paths/~1a/post/"
    assert [one.partition(": ")[2].split(" (")[0] for one in found if one.startswith(start)] == [
        "parameters in cookie are not supported",
        "parameters in cookie are not supported",
        "this field can't be written in text/xml,text/html",
        "the encoding of 'd' is that of no field",
        "an answer in text/xml can only be read as a file",
    ]
    assert sum("a file within another value can't be sent" in one for one in found) == 2

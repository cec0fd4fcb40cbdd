"""What changes in Python: annotations, methods, classes, and what only looks like a change."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from generator.diff.python import is_safe, parse
from tests.diff.diff_samples import Json, compare, compare_surfaces, ids, request_body, response

MANIFEST = Path(__file__).parents[2] / "generated" / "coze_api" / "manifest.json"


@pytest.mark.parametrize(
    ("old", "new", "as_input", "as_output"),
    [
        ("str", "str | None", True, False),
        ("int", "float", True, False),
        ("bool", "int", True, False),
        ("Literal['a']", "Literal['a', 'b']", True, False),
        ("Literal['a']", "str", True, False),
        ("Literal['a'] | str", "Literal['b'] | str", True, True),
        ("Literal[1]", "Literal['1']", False, False),
        ("Sequence[Literal['a']]", "Sequence[str]", True, False),
        ("list[Literal['a']]", "list[str]", False, False),
        ("list[Literal['a'] | str]", "list[Literal['b'] | str]", True, True),
        ("Mapping[str, int]", "Mapping[str, float]", True, False),
        ("dict[str, int]", "dict[str, float]", False, False),
        ("Page[models.Bot]", "Page[models.Bot | None]", True, False),
        ("builtins.list[models.Bot]", "list[models.Bot]", True, True),
        ("models.Bot", "models.Robot", False, False),
    ],
)
def test_an_input_may_take_more_and_an_output_may_be_less(
    old: str, new: str, *, as_input: bool, as_output: bool
) -> None:
    assert is_safe(parse(old), parse(new), "input") is as_input
    assert is_safe(parse(old), parse(new), "output") is as_output
    assert is_safe(parse(new), parse(old), "input") is as_output
    assert is_safe(parse(new), parse(old), "output") is as_input


@pytest.mark.parametrize("position", ["input", "output"])
def test_any_fits_everything_and_nothing_is_sure_of_what_takes_its_place(position: Any) -> None:
    for known in ("str", "list[str]", "dict[str, int]"):
        free = re.sub(r"\w+(?=\]?$)", "Any", known)
        assert is_safe(parse(known), parse(free), position)
        assert not is_safe(parse(free), parse(known), position)


def method(**fields: Any) -> Json:
    base = {
        "operation": "GET /bots",
        "class": "resources.bots.Bots",
        "kind": "call",
        "returns": "models.Bot",
        "arguments": {
            "a": {"wire": "query.a", "type": "str", "required": True},
            "b": {"wire": "query.b", "type": "int | None", "required": False},
        },
    }
    return {"methods": {"bots.list": base | fields}}


def test_the_order_of_arguments_is_no_matter_since_all_are_named() -> None:
    arguments = method()["methods"]["bots.list"]["arguments"]
    assert compare_surfaces(method(), method(arguments=dict(reversed(arguments.items())))) == ()


def test_the_two_methods_of_one_operation_are_told_apart() -> None:
    twins = method()
    stream = copy.deepcopy(twins["methods"]["bots.list"]) | {"kind": "stream"}
    twins["methods"]["bots.stream"] = stream
    renamed = copy.deepcopy(twins)
    renamed["methods"]["bots.all"] = renamed["methods"].pop("bots.list")
    renamed["methods"]["bots.follow"] = renamed["methods"].pop("bots.stream")
    changes = compare_surfaces(twins, renamed)
    assert {(change.old, change.new) for change in changes} == {
        ("bots.list", "bots.all"),
        ("bots.stream", "bots.follow"),
    }


def test_a_method_that_is_renamed_and_takes_something_else_is_both() -> None:
    new = {"methods": {"bots.all": method(arguments={})["methods"]["bots.list"]}}
    assert ids(compare_surfaces(method(), new)) == [
        "argument-removed",
        "argument-removed",
        "method-renamed",
    ]


def test_a_change_is_told_once_where_wire_and_client_show_it() -> None:
    old = request_body({"type": "object", "properties": {"a": {"type": "string"}}})
    new = request_body({"type": "object", "properties": {"a": {"type": "integer"}}})
    assert ids(compare(old, new)) == ["request-property-type-changed"]


@pytest.mark.parametrize("place", [request_body, response])
def test_inner_classes_change_with_what_is_used_of_them(place: Any) -> None:
    def nested(inner: Json) -> Json:
        ref = {"$ref": "#/components/schemas/Inner"}
        outer = {
            "type": "object",
            "properties": {"one": ref, "many": {"type": "array", "items": ref}},
        }
        return place(
            outer, Inner={"type": "object", "properties": {"a": {"type": "string"}} | inner}
        )

    found = compare(nested({"b": {"type": "integer"}}), nested({}))
    assert [change.id.partition("-")[2] for change in found] == ["property-removed"]
    # A key of a dict is no attribute: without it, only type checkers complain.
    assert found[0].client == ("typing" if place is request_body else "breaking")


def test_a_new_value_of_an_enumeration_is_safe_in_answers_and_in_calls() -> None:
    old = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}
    new = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x", "y"]}}}
    for place, wire in ((request_body, "compatible"), (response, "risky")):
        assert [(one.wire, one.client) for one in compare(place(old), place(new))] == [
            (wire, "safe")
        ]


def test_the_committed_surface_does_not_differ_from_itself() -> None:
    surface = json.loads(MANIFEST.read_bytes())["surface"]
    assert compare_surfaces(surface, copy.deepcopy(surface)) == ()


def test_each_part_of_the_committed_surface_is_missed_when_it_is_gone() -> None:
    surface = json.loads(MANIFEST.read_bytes())["surface"]
    for section, entries in surface.items():
        for name in list(entries)[::10]:
            less = copy.deepcopy(surface)
            del less[section][name]
            found = compare_surfaces(surface, less)
            assert {change.client for change in found} == {"breaking"}, (section, name)

"""What is decoded where several types are possible, or a class is open."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, cast

import msgspec
import pytest

from coze_core._decode import TypeDecoder, build
from tests.core.sample_models import (
    Block,
    File,
    Image,
    OpenEnum,
    Text,
    Usage,
    Votes,
)
from tests.lenient import lenient


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"kind": "text", "value": "v"}, Text(kind="text", value="v")),
        ({"kind": "image", "value": "v"}, Image(kind="image", value="v")),
        ({"kind": "image", "value": "v", "lang": "en"}, Image(kind="image", value="v")),
        ({"file_id": "f"}, File(file_id="f")),
        ({"file_id": "f", "kind": "text"}, File(file_id="f")),
        ({"kind": "audio", "file_id": "f"}, File(file_id="f")),
        ({"file_id": "f", "name": "n", "value": "v"}, File(file_id="f", name="n")),
        (None, None),
    ],
)
def test_the_member_of_a_union_that_fits_best_is_taken(part: object, expected: object) -> None:
    decoded, problems = lenient(Block, json.dumps({"part": part}).encode())
    assert decoded.part == expected
    assert not problems


@pytest.mark.parametrize(
    ("part", "problems"),
    [
        ({"kind": "text"}, ["$.part.value"]),
        ({"kind": "text", "value": 5, "lang": "en"}, ["$.part.value"]),
        ([], ["$.part"]),
        ("text", ["$.part"]),
    ],
)
def test_a_union_without_a_fitting_member_keeps_what_came(
    part: object, problems: list[str]
) -> None:
    decoded, found = lenient(Block, json.dumps({"part": part}).encode())
    kept = decoded.part
    assert isinstance(kept, Text) if isinstance(part, dict) else kept == part
    assert found == problems


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["a", "b"], ["a", "b"]),
        ([], []),
        ([{"kind": "image", "value": "v"}], [Image(kind="image", value="v")]),
        (
            [{"kind": "image", "value": "v"}, {"kind": "text", "value": "v"}],
            [Image(kind="image", value="v"), Text(kind="text", value="v")],
        ),
    ],
)
def test_unions_of_lists_go_by_what_they_hold(parts: object, expected: object) -> None:
    decoded, problems = lenient(Block, json.dumps({"parts": parts}).encode())
    assert decoded.parts == expected
    assert not problems


@pytest.mark.parametrize(
    ("hint", "value", "exact"),
    [
        (int, True, False),
        (bool, 1, False),
        (float, 1, True),
        (float, True, False),
        (float, 10**400, False),
        (str, 1.5, False),
        (str, True, False),
        (type(None), None, True),
        (Literal["a", 1], "a", True),
        (Literal["a", 1] | None, None, True),
        (Literal["a", 1], True, False),
        (Literal["a", 1], [], False),
        (OpenEnum, "b", True),
        (OpenEnum, 1.5, False),
        (str | int, 1, True),
        (list, [1, "a"], True),
        (dict, {"a": []}, True),
        (dict[str, int] | list[int], [1], True),
        (Usage | dict[str, Any], {"b": 1}, True),
        (Annotated[int, "note"], 1, True),
        (object, [None], True),
        (int | object, "x", True),
        (tuple[int, str] | bytes | int, 5, True),
        (tuple[int, str] | bytes | int, "~", False),
        (msgspec.Raw, 5, False),
    ],
)
def test_types_take_what_is_theirs_and_keep_the_rest(
    hint: Any, value: object, *, exact: bool
) -> None:
    problems: list[str] = []
    built = build(hint, value, problems)
    assert built == value
    assert type(built) is type(value) or hint is float
    assert (not problems) is exact


@pytest.mark.parametrize("kind", ["audio", 5, None, ["text"]])
def test_an_object_of_no_class_of_a_union_is_kept_as_it_came(kind: object) -> None:
    part = {"kind": kind, "value": "v"}
    decoded, problems = lenient(Block, json.dumps({"parts": [part]}).encode())
    assert decoded.parts == [part]
    assert problems == ["$.parts[0]"]
    alone = build(Text, part)
    assert isinstance(alone, Text)
    assert alone.value == "v"


def test_members_without_a_field_are_kept_where_the_class_is_open() -> None:
    body = b'{"id":"1","votes":5,"stars":"many"}'
    decoded, problems = lenient(Votes, body)
    assert decoded == Votes(
        id="1", additional_properties=cast("Any", {"votes": 5, "stars": "many"})
    )
    assert problems == ["$.stars"]
    assert TypeDecoder(Votes).decode(b'{"id":"1"}') == Votes(id="1")

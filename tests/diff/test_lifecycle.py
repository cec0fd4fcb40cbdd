"""Promises about the future: what takes one back breaks it, and what promises nothing breaks none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from generator.diff.rules import Verdict
from tests.diff.diff_samples import (
    Json,
    compare,
    document,
    operation,
    parameter,
    request_body,
    response,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.diff.rules import WireLevel

LATER: Final = "2999-01-31"
PLACES: Final[dict[str, Callable[[Json], Json]]] = {
    "operation": lambda message: operation(**message),
    "parameter": lambda message: parameter({"type": "string"}, **message),
    "request": lambda message: request_body({"type": "object", "properties": {"a": message}}),
    "response": lambda message: response({"type": "object", "properties": {"a": message}}),
}


def level(old: Json, new: Json) -> WireLevel:
    return Verdict.on(compare(old, new)).wire


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("old", "new", "wire"),
    [
        ({}, {"deprecated": True}, "compatible"),
        ({}, {"deprecated": True, "x-sunset": LATER}, "compatible"),
        ({}, {"deprecated": True, "x-sunset": "2000-01-31"}, "breaking"),
        ({}, {"deprecated": True, "x-sunset": "soon"}, "breaking"),
        ({"deprecated": True}, {}, "compatible"),
        ({"deprecated": True}, {"deprecated": True, "x-sunset": LATER}, "none"),
        ({"deprecated": True, "x-sunset": LATER}, {"deprecated": True}, "breaking"),
        (
            {"deprecated": True, "x-sunset": LATER},
            {"deprecated": True, "x-sunset": "2998-01-31"},
            "breaking",
        ),
        (
            {"deprecated": True, "x-sunset": LATER},
            {"deprecated": True, "x-sunset": "2999-02-01T00:00:00Z"},
            "none",
        ),
        (
            {"deprecated": True, "x-sunset": "soon"},
            {"deprecated": True, "x-sunset": LATER},
            "breaking",
        ),
        ({}, {"x-stability-level": "stable"}, "none"),
        ({}, {"x-stability-level": "beta"}, "breaking"),
        ({"x-stability-level": "beta"}, {}, "compatible"),
        ({"x-stability-level": "beta"}, {"x-stability-level": "solid"}, "breaking"),
        ({"x-stability-level": "solid"}, {"x-stability-level": "beta"}, "breaking"),
        ({}, {"x-stability-level": 1}, "breaking"),
    ],
)
def test_a_promise_may_be_given_but_not_taken_back(
    place: str, old: Json, new: Json, wire: WireLevel
) -> None:
    assert level(PLACES[place](old), PLACES[place](new)) == wire


@pytest.mark.parametrize(
    ("old", "new", "wire"),
    [
        ("alpha", "alpha", "risky"),
        ("draft", "alpha", "risky"),
        ("beta", "beta", "breaking"),
        ("alpha", "stable", "breaking"),
        ("stable", "alpha", "breaking"),
        (None, None, "breaking"),
    ],
)
def test_an_operation_that_promises_nothing_yet_breaks_nothing(
    old: str | None, new: str | None, wire: WireLevel
) -> None:
    needed = {"name": "a", "in": "query", "required": True, "schema": {"type": "string"}}
    sides = [
        operation(**({"x-stability-level": one} if one else {}), parameters=parameters)
        for one, parameters in ((old, []), (new, [needed]))
    ]
    assert level(*sides) == wire


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        ({}, "breaking"),
        ({"x-stability-level": "beta"}, "breaking"),
        ({"x-stability-level": "alpha"}, "risky"),
        ({"x-stability-level": "draft"}, "risky"),
        ({"deprecated": True}, "risky"),
        ({"deprecated": True, "x-sunset": "2000-01-31"}, "compatible"),
        ({"deprecated": True, "x-sunset": LATER}, "breaking"),
        ({"deprecated": True, "x-sunset": "soon"}, "breaking"),
    ],
)
def test_a_removal_is_as_bad_as_it_was_announced(message: Json, wire: WireLevel) -> None:
    assert level(operation(**message), document()) == wire

"""Printed streams are read as their pages mean them."""

from __future__ import annotations

import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.conform.checks import leaves, missing
from generator.conform.examples import PrintedEvent, printed_streams

CASES: dict[str, tuple[str, list[list[tuple[str, str]]]]] = {
    "comments": ("# start\nevent: a\n// what follows\ndata: 1\n...... more ......", [[("a", "1")]]),
    "no empty lines": ("event: a\ndata: 1\nevent: b\ndata:2", [[("a", "1"), ("b", "2")]]),
    "a remark after the name": ("event: a （done）\ndata: 1", [[("a", "1")]]),
    "data over several lines": (
        'event: a\ndata: {\n  "b": {"c": 1},\n\n  "d": [2]\n}\nmore',
        [[("a", '{\n  "b": {"c": 1},\n\n  "d": [2]\n}')]],
    ),
    "several outcomes": (
        "event: a\ndata: 1\nevent: end\ndata: {}\nevent: a\ndata: 2",
        [[("a", "1"), ("end", "{}")], [("a", "2")]],
    ),
    "an open brace in a text": (
        'data: {"a": "{"}\nevent: b\ndata: 2',
        [[("message", '{"a": "{"}'), ("b", "2")]],
    ),
    "nothing": ("# nothing", []),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_page_prints_becomes_streams(name: str) -> None:
    printed, expected = CASES[name]
    read = [
        [(one.event, one.data) for one in stream] for stream in printed_streams(printed, {"end"})
    ]
    assert read == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
EVENTS = st.builds(
    PrintedEvent, st.from_regex(r"[a-z.]+", fullmatch=True), JSON.map(json.dumps), st.none()
)


@given(st.lists(EVENTS))
def test_a_real_stream_is_read_as_it_is(events: list[PrintedEvent]) -> None:
    wire = b"".join(event.wire for event in events).decode()
    assert list(chain.from_iterable(printed_streams(wire, set()))) == events


@given(JSON)
def test_all_leaves_of_data_are_found_in_the_same_data(value: object) -> None:
    assert list(missing(value, value)) == []


@given(JSON, JSON)
def test_only_leaves_are_missing(value: object, other: object) -> None:
    assert set(missing(value, other)) <= set(leaves(value))


@pytest.mark.parametrize(
    ("value", "typed", "expected"),
    [
        ({"a": {"b": 1, "c": []}}, {"a": None}, ["$.a.b", "$.a.c"]),
        ({"a": None}, {}, ["$.a"]),
        ({}, None, ["$"]),
        ([1, 2], [1], ["$[0]", "$[1]"]),
        (1, True, ["$"]),
        (1, 1.0, []),
        ("1", 1, ["$"]),
    ],
)
def test_what_is_another_value_is_missing(
    value: object, typed: object, expected: list[str]
) -> None:
    assert list(missing(value, typed)) == expected

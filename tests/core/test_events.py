from __future__ import annotations

import copy
import pickle

import pytest

from coze_core._events import Event, UnknownEvent


def test_events_can_be_matched() -> None:
    match Event("delta", 5, "1"):
        case Event("delta", data):
            assert data == 5
        case _:
            pytest.fail("no match")
    match UnknownEvent("unknown", "text", name="new"):
        case UnknownEvent(name=name, data=text):
            assert (name, text) == ("new", "text")


def test_events_are_equal_if_all_of_them_is() -> None:
    assert Event("a", 1, "1", 5) == Event("a", 1, "1", 5)
    assert Event("a", 1) != Event("a", 2)
    assert Event("a", 1, "1") != Event("a", 1, "2")
    assert UnknownEvent("unknown", "x", name="a") == UnknownEvent("unknown", "x", name="a")
    assert UnknownEvent("unknown", "x", name="a") != UnknownEvent("unknown", "x", name="b")
    assert UnknownEvent("unknown", "x", name="a") != Event("unknown", "x")
    assert Event("a", 1) != "a"
    with pytest.raises(TypeError):
        hash(Event("a", 1))


def test_events_are_shown_shortly() -> None:
    assert repr(Event("done", "[DONE]")) == "Event('done', '[DONE]')"
    assert repr(UnknownEvent("unknown", "{}", name="new")) == "UnknownEvent('new', '{}')"
    assert len(repr(UnknownEvent("unknown", "x" * 10_000, name="new"))) < 200


def test_events_can_be_copied_and_pickled() -> None:
    for event in (Event("a", [1], "1", 5), UnknownEvent("unknown", "{}", name="new")):
        assert copy.deepcopy(event) == pickle.loads(pickle.dumps(event)) == event  # noqa: S301  # our own bytes

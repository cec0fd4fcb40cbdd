"""What the document says in words, whatever they are, stays words."""

from __future__ import annotations

import inspect
import re
import typing
from typing import Any

import pytest
from hypothesis import given

from generator.plan.texts import clean
from tests.fuzz.effort import fuzzed, sampled
from tests.hostile.hostile_documents import with_text
from tests.hostile.hostile_package import Package, check_all, packaged
from tests.hostile.hostile_texts import AWKWARD, PAYLOADS, hostile_texts

MIXTURES = ["".join(AWKWARD[start : start + 4]) for start in range(0, len(AWKWARD), 4)]


def squeezed(text: str | None) -> str:
    # A heading becomes a paragraph.
    return "".join(re.sub(r"^# ", "", clean(text or ""), flags=re.MULTILINE).split())


def literals(hint: Any) -> tuple[object, ...]:
    """Return the values that a type hint names."""
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    return tuple(value for part in typing.get_args(hint) for value in literals(part))


def check_texts(package: Package, text: str) -> None:
    """Check that the texts are where the document has them: in docstrings, and as values."""
    values = (f"{text}a", f"{text}b")
    models, params = package.load("models"), package.load("params")
    for owner in (models.Thing, models.Number):
        assert squeezed(text) in squeezed(owner.__doc__)
    things = package.load("resources.things")
    for owner in (things.Things, things.AsyncThings):
        assert squeezed(text) in squeezed(owner.create.__doc__)
    hints = typing.get_type_hints(models.Thing)
    assert literals(hints["kind"]) == literals(hints["colour"]) == values
    shape = typing.get_type_hints(params.Order)
    assert literals(shape["kind"]) == literals(shape["colour"]) == values
    default = inspect.signature(things.Things.create).parameters["size"].default
    assert default == (text or inspect.Parameter.empty)
    operation, _ = package.ask("things.watch")
    assert list(operation.events()) == [f"{text}.said", f"{text}.paused", f"{text}.over"]
    assert operation.end == {f"{text}.over"}
    assert operation.pause == {f"{text}.paused"}
    assert operation.errors == {f"{text}.failed"}
    said = [f"{text}.said", f"{text}.paused", f"{text}.over"]
    assert [*literals(package.load("events").ThingEvent)][: len(said)] == said
    assert package.document["info"]["title"] == text
    assert package.document[f"x-{text}"] == {text: [text]}


@pytest.mark.parametrize(
    "text", sampled([*PAYLOADS, *MIXTURES], 3), ids=lambda text: ascii(text)[1:40]
)
def test_a_text_is_no_code(text: str) -> None:
    with packaged(with_text(text)) as package:
        check_all(package)
        check_texts(package, text)


@given(hostile_texts)
@fuzzed(10)
def test_no_text_at_all_is_code(text: str) -> None:
    with packaged(with_text(text)) as package:
        check_all(package)
        check_texts(package, text)

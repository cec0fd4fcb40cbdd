"""What an edit of a schema does to its values decides the verdict, wherever the schema is used."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from generator.diff.rules import Verdict
from generator.spec import load
from tests.diff.diff_samples import Json, compare, event, header, parameter, request_body, response
from tests.fuzz.effort import sampled

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.diff.rules import WireLevel

DATA: Final = load(Path(__file__).with_name("catalogue.yaml"))


def in_property(schema: Json) -> Json:
    return {"type": "object", "properties": {"value": schema, "other": {"type": "string"}}}


def in_list(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def in_map(schema: Json) -> Json:
    return {"type": "object", "additionalProperties": schema}


def in_reference(place: Callable[..., Json]) -> Callable[[Json], Json]:
    return lambda schema: place(in_property({"$ref": "#/components/schemas/A"}), A=schema)


def inside(place: Callable[[Json], Json], wrap: Callable[[Json], Json]) -> Callable[[Json], Json]:
    return lambda schema: place(wrap(schema))


REQUESTS: Final[dict[str, Callable[[Json], Json]]] = {
    "parameter": parameter,
    "property of a parameter": inside(parameter, in_property),
    "body": request_body,
    "property": inside(request_body, in_property),
    "item": inside(request_body, in_list),
    "further property": inside(request_body, in_map),
    "reference": in_reference(request_body),
    "event": partial(event, "send"),
    "property of an event": inside(partial(event, "send"), in_property),
}
RESPONSES: Final[dict[str, Callable[[Json], Json]]] = {
    "header": header,
    "body": response,
    "property": inside(response, in_property),
    "item": inside(response, in_list),
    "further property": inside(response, in_map),
    "reference": in_reference(response),
    "event": partial(event, "receive"),
    "property of an event": inside(partial(event, "receive"), in_property),
}
PLACES: Final = {**REQUESTS, **{f"response {name}": place for name, place in RESPONSES.items()}}


def cases(places: dict[str, Callable[..., Json]], *effects: str) -> pytest.MarkDecorator:
    """Put each edit of some effects to each place."""
    found = [
        pytest.param(place, *sides, id=f"{name}, {place}")
        for effect in effects
        for name, sides in DATA[effect].items()
        for place in places
    ]
    return pytest.mark.parametrize(("place", "old", "new"), sampled(found, 5))


def level(place: Callable[[Json], Json], old: Json, new: Json) -> WireLevel:
    # Documents of 3.1 know all that the catalogue says; those of 3.0 say some of it differently.
    sides = [place(side) | {"openapi": "3.1.0"} for side in (old, new)]
    return Verdict.on(compare(*sides)).wire


@cases(REQUESTS, "narrower", "values")
def test_narrowing_a_request_breaks_and_widening_it_does_not(
    place: str, old: Json, new: Json
) -> None:
    assert level(REQUESTS[place], old, new) == "breaking"
    assert level(REQUESTS[place], new, old) == "compatible"


@cases(RESPONSES, "narrower")
def test_widening_a_response_breaks_and_narrowing_it_does_not(
    place: str, old: Json, new: Json
) -> None:
    assert level(RESPONSES[place], old, new) == "compatible"
    assert level(RESPONSES[place], new, old) == "breaking"


@cases(RESPONSES, "values")
def test_a_new_value_in_a_response_is_a_risk(place: str, old: Json, new: Json) -> None:
    assert level(RESPONSES[place], old, new) == "compatible"
    assert level(RESPONSES[place], new, old) == "risky"


@cases(PLACES, "other")
def test_other_values_break_callers_whoever_sends_them(place: str, old: Json, new: Json) -> None:
    # Of the values of an enumeration, a response may have more.
    wire = "risky" if "enum" in new and place.startswith("response") else "breaking"
    assert level(PLACES[place], old, new) == wire
    assert level(PLACES[place], new, old) == wire


@pytest.mark.parametrize("wrap", [lambda schema: schema, in_list])
def test_where_values_are_texts_a_number_is_one(wrap: Callable[[Json], Json]) -> None:
    number, text = wrap({"type": "integer"}), wrap({"type": "string"})
    assert level(parameter, number, text) == "compatible"
    assert level(parameter, text, number) == "breaking"
    assert level(header, number, text) == "breaking"
    assert level(header, text, number) == "compatible"


@cases(PLACES, "uncertain")
def test_what_can_not_be_told_is_a_risk(place: str, old: Json, new: Json) -> None:
    assert level(PLACES[place], old, new) == "risky"
    assert level(PLACES[place], new, old) == "risky"


@cases(PLACES, "remarks")
def test_remarks_are_told_and_harm_nobody(place: str, old: Json, new: Json) -> None:
    assert level(PLACES[place], old, new) == "compatible"
    assert level(PLACES[place], new, old) == "compatible"


@cases(PLACES, "same")
def test_what_says_the_same_is_no_change(place: str, old: Json, new: Json) -> None:
    assert level(PLACES[place], old, new) == "none"
    assert level(PLACES[place], new, old) == "none"

"""Responses are matched by status, a class of statuses with those that it includes."""

from __future__ import annotations

import pytest

from tests.diff.diff_samples import Json, compare, ids, operation

TEXT: Json = {"type": "string"}


def answers(**schemas: Json) -> Json:
    return operation(
        responses={
            status.removeprefix("s"): {
                "description": "ok",
                "content": {"application/json": {"schema": schema}},
            }
            for status, schema in schemas.items()
        }
    )


@pytest.mark.parametrize("wide", ["s2XX", "default"])
def test_a_status_and_its_class_are_compared_with_each_other(wide: str) -> None:
    exact, class_ = answers(s200=TEXT), answers(**{wide: TEXT})
    assert ids(compare(exact, class_)) == ["status-widened"]
    assert ids(compare(class_, exact)) == ["status-narrowed"]
    other = answers(**{wide: {"type": "integer"}})
    assert "response-body-type-changed" in ids(compare(exact, other))
    assert "response-body-type-changed" in ids(compare(other, exact))


def test_a_status_that_its_class_does_not_include_is_another_one() -> None:
    found = ids(compare(answers(s200=TEXT), answers(s4XX=TEXT)))
    assert {"error-status-added", "success-status-removed"} <= set(found)


def test_a_status_beside_its_class_may_come_and_go() -> None:
    both, class_ = answers(s200=TEXT, s2XX=TEXT), answers(s2XX=TEXT)
    assert ids(compare(both, class_)) == ["status-widened"]
    assert ids(compare(class_, both)) == ["status-narrowed"]

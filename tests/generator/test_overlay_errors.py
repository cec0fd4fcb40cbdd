from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GeneratorError
from generator.json_values import MAX_DEPTH, MAX_VALUES
from tests.generator.overlaying import applied, yaml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("{target: $, remove: true}", "the whole document can't be removed"),
        ("{target: $.o, update: [1]}", "the target is an object, and the new value is an array"),
        (
            "{target: $.o, update: text}",
            "the target is an object, and the new value is a primitive",
        ),
        (
            "{target: $.o, update: null}",
            "the target is an object, and the new value is a primitive",
        ),
        (
            "{target: $.t, update: {x: 1}}",
            "the target is a primitive value, and the new value is an",
        ),
        (
            "{target: '$.*', update: {x: 1}}",
            "the target selects a primitive value and an array and",
        ),
        (
            "{target: $.o, update: {p: {q: [1]}}}",
            "/o/p/q is an object, with which an array can't be",
        ),
        (
            "{target: $.o, update: {p: x}}",
            "/o/p is an object, with which a primitive value can't be",
        ),
        (
            "{target: $.o, update: {t: {}}}",
            "/o/t is a primitive value, with which an object can't be",
        ),
        ("{target: $.o, copy: $.missing}", "copy selects 0 places"),
        ("{target: $.o, copy: '$.*'}", "copy selects 3 places"),
    ],
)
def test_an_action_that_cannot_be_done_is_one_error(
    folder: Path, action: str, message: str
) -> None:
    document = {"o": {"p": {"q": {}}, "t": "x"}, "l": [], "t": "x"}
    with pytest.raises(GeneratorError) as caught:
        applied(folder, document, yaml(action))
    assert f"overlay.yaml:6: action 1 ({yaml(action)['target']}): {message}" in str(caught.value)
    assert caught.value.remedy


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(depth):
        inner = {"x": inner}
    return inner


def test_a_target_that_is_too_deep_to_look_for_is_one_error(folder: Path) -> None:
    depth = MAX_DEPTH - 10
    actions = [{"target": "$" + ".x" * depth, "update": nested(depth)}, {"target": "$..y"}]
    with pytest.raises(
        GeneratorError, match=r"action 2 \(\$\.\.y\): the JSONPath fails: "
    ) as caught:
        applied(folder, nested(depth), *actions)
    assert caught.value.remedy


def test_copies_of_copies_end_before_they_fill_the_memory(folder: Path) -> None:
    actions = [{"target": "$.l", "copy": "$.l", "description": text} for text in "abcdefghi"]
    length = MAX_VALUES // 700
    with pytest.raises(
        GeneratorError, match=f"action 9 .*: .* more than {MAX_VALUES} values"
    ) as caught:
        applied(folder, {"l": [0] * length}, *actions)
    assert caught.value.remedy
    assert len(applied(folder, {"l": [0] * length}, *actions[:8])["l"]) == length * 2**8

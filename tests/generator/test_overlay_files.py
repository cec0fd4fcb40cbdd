from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from generator.correction import apply
from generator.errors import GeneratorError
from generator.overlay import Overlay

if TYPE_CHECKING:
    from pathlib import Path

OVERLAY = """overlay: 1.1.0
info: {title: T, version: '1'}
actions:
- target: $.a
  remove: true
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("overlay: 1.1.0", "overlay: 1.2.0", 1, "the Overlay version is '1.2.0'"),
        ("overlay: 1.1.0", "overlay: 1.1", 1, "the Overlay version is 1.1"),
        ("overlay: 1.1.0", "openapi: 3.0.3", 1, "the Overlay version is None"),
        ("info:", "x-info:", 1, "the field 'info' is missing"),
        ("title: T, ", "", 2, "the field 'title' is missing"),
        (", version: '1'", "", 2, "the field 'version' is missing"),
        ("version: '1'", "version: 1", 2, "the field 'version' is not a text"),
        ("title: T", "title: T, name: x", 2, "the field 'name' is unknown"),
        ("info: {title: T, version: '1'}", "info: text", 2, "the field 'info' is not an object"),
        ("info:", "extra: 1\ninfo:", 2, "the field 'extra' is unknown"),
        ("info:", "extends: 1\ninfo:", 2, "the field 'extends' is not a text"),
        ("- target: $.a\n  remove: true\n", "", 3, "the field 'actions' is not an array"),
        ("actions:\n- target: $.a\n  remove: true\n", "actions: []", 3, "there is no action"),
        ("actions:\n- target: $.a\n  remove: true\n", "actions: [1]", 3, "this is not an object"),
        ("- target: $.a\n  remove", "- remove", 4, "the field 'target' is missing"),
        ("target: $.a", "target: [a]", 4, "the field 'target' is not a text"),
        ("remove: true", "remove: 'yes'", 5, "the field 'remove' is not true or false"),
        ("remove: true", "removes: true", 5, "the field 'removes' is unknown"),
        ("remove: true", "x-optional: maybe", 5, "the field 'x-optional' is not true or false"),
        ("remove: true", "update: 1\n  copy: $.b", 4, "the action has both update and copy"),
        ("target: $.a", "target: a", 4, "'a' is not a JSONPath"),
        ("target: $.a", "target: $.a.", 4, "'$.a.' is not a JSONPath"),
        ("target: $.a", "target: $.a[?@.b = 1]", 4, "'$.a[?@.b = 1]' is not a JSONPath"),
        ("target: $.a", f"target: $.a[?{'(' * 900}", 4, "is not a JSONPath"),
        ("target: $.a", "target: ''", 4, "the JSONPath is empty"),
        ("target: $.a", "target: '$[?1e400]'", 4, "'$[?1e400]' is not a JSONPath"),
        ("target: $.a", "target: '$[1e400'", 4, "'$[1e400' is not a JSONPath"),
        ("target: $.a", f"target: $.{'a' * 1000}", 4, "more than 1000 characters"),
        ("remove: true", "copy: b", 5, "'b' is not a JSONPath"),
        ("true\n", "true\n- {remove: true, target: $.a}\n", 6, "this is action 1 again"),
    ],
)
def test_what_is_no_overlay_is_one_error_with_its_line(
    folder: Path, old: str, new: str, line: int | None, message: str
) -> None:
    path = folder / "wrong.yaml"
    path.write_text(OVERLAY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GeneratorError) as caught:
        Overlay.load(path)
    assert (caught.value.file, caught.value.line) == (path, line)
    assert message in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["$.a.", "$[", "$.a[?@.b = 1]", "b"])
def test_what_is_wrong_with_a_path_is_told_in_the_words_of_its_parser(
    folder: Path, text: str
) -> None:
    path = folder / "wrong.yaml"
    path.write_text(OVERLAY.replace("$.a", f'"{text}"'), encoding="utf-8")
    with pytest.raises(JSONPathError) as own:
        JSONPathEnvironment(strict=True).compile(text)
    with pytest.raises(GeneratorError) as caught:
        Overlay.load(path)
    first, *_ = str(own.value).split("\n")
    assert f"{text!r} is not a JSONPath: {first}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("overlay: 1.1.0", "overlay: 1.0.0-rc1"),
        ("info: {", "x-note: 1\nextends: ./openapi.yaml\ninfo: {x-more: [1], "),
        ("remove: true", "remove: true\n  x-why: {a: 1}\n  description: Because."),
    ],
)
def test_what_the_standard_allows_is_read(folder: Path, old: str, new: str) -> None:
    path = folder / "right.yaml"
    path.write_text(OVERLAY.replace(old, new, 1), encoding="utf-8")
    assert [action.kind for action in Overlay.load(path).actions] == ["remove"]


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_fields_of_1_1_are_read_in_both_versions(folder: Path, version: str) -> None:
    path = folder / "old.yaml"
    text = OVERLAY.replace("1.1.0", version).replace("title: T", "title: T, description: D")
    path.write_text(text.replace("remove: true", "copy: $.b"), encoding="utf-8")
    assert [action.kind for action in Overlay.load(path).actions] == ["copy"]


def test_json_overlays_are_read(folder: Path) -> None:
    path = folder / "overlay.json"
    path.write_text(
        '{"overlay": "1.0.0", "info": {"title": "T", "version": "1"},'
        ' "actions": [{"target": "$.a", "update": {"x": 1}}]}'
    )
    assert apply({"a": {}}, Overlay.load(path), strict=True)[0] == {"a": {"x": 1}}

"""Small files that mean large things: refused, or built, within two gigabytes and two minutes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import GeneratorError
from generator.json_values import MAX_VALUES
from generator.overlay import Overlay
from tests.fuzz.bombs import BOMBS, LEVELS, SLOW, document, wide
from tests.fuzz.effort import LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
_TOO_MUCH = f"visits more than {MAX_VALUES} values"


@pytest.fixture(scope="module")
def limited_build() -> Iterator[Callable[[Path], str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.limited"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions
        assert answers

        def run(folder: Path) -> str:
            questions.write(json.dumps(str(folder)) + "\n")
            questions.flush()
            return json.loads(answers.readline())

        yield run
        questions.close()


def project(folder: Path, text: str) -> Path:
    (folder / "openapi").mkdir()
    (folder / "openapi" / "coze.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(
    "bomb", [pytest.param(bomb, marks=LONG if bomb in SLOW else ()) for bomb in BOMBS]
)
def test_a_bomb_is_built_or_is_one_error_within_bounds(
    tmp_path: Path, limited_build: Callable[[Path], str], bomb: str
) -> None:
    text, message = BOMBS[bomb]
    outcome = limited_build(project(tmp_path, text))
    assert not outcome.startswith("fault"), outcome
    assert message in outcome
    assert len(outcome) < 2000
    assert [path.name for path in tmp_path.iterdir()] == ["openapi"]


@LONG
def test_a_hundred_thousand_properties_are_built_within_bounds(
    tmp_path: Path, limited_build: Callable[[Path], str]
) -> None:
    assert limited_build(project(tmp_path, wide(100, 1000))) == "built"


@pytest.mark.parametrize("name", ["bomb.yaml", "bomb.json"])
def test_an_overlay_that_is_a_bomb_is_one_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"overlay":' + "[" * LEVELS + "]" * LEVELS + "}")
    with pytest.raises(GeneratorError, match=r"nested deeper|recursion"):
        Overlay.load(tmp_path / name)


def with_overlay(folder: Path, actions: list[Any]) -> Path:
    (folder / "overlays").mkdir()
    deep: Any = "a" * 60 + "!"
    for _ in range(50):
        deep = {"a": deep}
    overlay = {"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": actions}
    (folder / "overlays" / "00.yaml").write_text(json.dumps(overlay))
    return project(folder, document({"Aa": {}}, **{"x-deep": deep}))


def test_an_overlay_that_grows_a_document_is_one_error(
    tmp_path: Path, limited_build: Callable[[Path], str]
) -> None:
    """Each action copies the document into itself twice: 2^200 values."""
    actions: list[Any] = [{"target": "$", "description": "d", "update": {"x": {"a": [1]}}}]
    for number in range(200):
        actions += [
            {"target": "$.x", "description": str(number), "update": {f"a{number}": {}}},
            {"target": f"$.x.a{number}", "description": str(number), "copy": "$.x"},
        ]
    outcome = limited_build(with_overlay(tmp_path, actions))
    assert outcome.startswith("error: "), outcome


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("$" + ".a" * 100_000, "more than 1000 characters"),
        pytest.param("$..*..*..*..*..*", _TOO_MUCH, marks=LONG),
        pytest.param("$" + "[*,*,*,*]" * 50, _TOO_MUCH, marks=LONG),
        ("$[?@" + "[*,*,*,*]" * 50 + "]", _TOO_MUCH),
        pytest.param("$[?count(@..*..*..*..*..*) > 1]", _TOO_MUCH, marks=LONG),
        pytest.param("$..[?$..[?$..[?$..a]]]", _TOO_MUCH, marks=LONG),
        ("$..[?search(@, '(a|aa)+$')]", "takes longer than 1 s"),
        (
            "$..[?search(@, '" + "(" * 5 + "a" + "{1000})" * 5 + "')]",
            "repeats more than 1000 times",
        ),
    ],
)
def test_a_query_without_end_is_one_error(
    tmp_path: Path, limited_build: Callable[[Path], str], target: str, message: str
) -> None:
    action = {"target": target, "description": "d", "update": {"a": 1}}
    outcome = limited_build(with_overlay(tmp_path, [action]))
    assert outcome.startswith("error: ")
    assert message in outcome

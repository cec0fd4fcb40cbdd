"""What keeps the hand-written packages readable: short modules, no circles of imports, plain names."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from generator.graph import components_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
MAX_LINES: Final = 400
MAX_TOLD: Final = 8
HAND_WRITTEN: Final = (
    "facade/coze_client",
    "facade/coze_core",
    "generator",
    "sandbox/coze_sandbox",
)
PRIVATE_LANGUAGE: Final = frozenset({
    "Answering", "Bounded", "Explained", "Facts", "Flight", "Gunzip", "Hit", "MISFITS",
    "Pieces", "Reply", "Sending", "Shape", "Side", "TokenKeeper", "Twin", "_Content", "_Shell",
    "_because", "_blame", "_close", "_doors", "_forgotten", "_how", "_oddities", "_oddity",
    "_shallow", "apart", "bare", "because", "below", "board", "bounded", "close_when_forgotten",
    "comma", "descend", "erased", "essence", "examine", "flat", "foreign_keys", "judge",
    "keep_facts", "land", "lone_references", "oddities", "pieces", "prepared", "selection",
    "sendings", "settle", "share_facts", "silence", "sketch", "sketches", "spawn", "swapped",
    "tidy", "told", "twin", "unusable", "usual_order",
    "written_out",
})  # fmt: skip
OF_THE_RUNTIME: Final = frozenset({
    "Parts", "_Facts", "_facts", "_moved", "_usual", "early", "exchange", "facts", "usual",
})  # fmt: skip
"""What other packages may say, of media types or of parts of a schema."""


def modules(package: str) -> dict[str, Path]:
    """Return the modules of a package by dotted name."""
    folder = ROOT / package
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts): path
        for path in folder.rglob("*.py")
    }


def imports(path: Path) -> Iterator[str]:
    """Yield what a module imports, also for types alone: modules, and names in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def names(path: Path) -> Iterator[str]:
    """Yield the names that a module gives or uses, and its own."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case _:
                pass


@pytest.mark.parametrize("package", [*HAND_WRITTEN, "tests"])
def test_no_module_is_too_long_to_be_read_at_once(package: str) -> None:
    lengths = {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for name, path in modules(package).items()
    }
    assert lengths
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


@pytest.mark.parametrize("package", [*HAND_WRITTEN, "tests"])
def test_no_modules_import_each_other_not_even_for_types(package: str) -> None:
    known = modules(package)
    graph = {name: set(imports(path)) & known.keys() for name, path in known.items()}
    assert any(graph.values())
    assert [group for group in components_of(graph) if len(group) > 1] == []


@pytest.mark.parametrize("package", HAND_WRITTEN)
def test_no_name_of_the_private_language_is_left(package: str) -> None:
    words = PRIVATE_LANGUAGE | (OF_THE_RUNTIME if package.startswith("facade") else frozenset())
    found = {
        name: sorted(words.intersection(names(path))) for name, path in modules(package).items()
    }
    assert {name: left for name, left in found.items() if left} == {}


def test_what_messages_say_is_called_a_message() -> None:
    texts = [
        path.read_text(encoding="utf-8") for one in HAND_WRITTEN for path in modules(one).values()
    ]
    assert sum(len(re.findall(r"\btold\b", text)) for text in texts) <= MAX_TOLD

"""What the emitted package says to its readers is whole: counted over all of its docstrings."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "generated" / "coze_api"
FILLERS = {
    "a",
    "all",
    "an",
    "class",
    "in",
    "method",
    "methods",
    "model",
    "models",
    "of",
    "resource",
}
FILLERS |= {"resources", "shape", "the", "what"}


def docstrings() -> Iterator[tuple[str, str, str]]:
    """Yield file, dotted name and text of each docstring, those below attributes too."""
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        yield from of(ast.parse(path.read_text("utf-8")), file, "")


def of(node: ast.AST, file: str, name: str) -> Iterator[tuple[str, str, str]]:
    before = ""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield file, f"{name}.{before}".strip("."), text
            case ast.AnnAssign(target=ast.Name(id=before)):
                pass
            case ast.ClassDef(name=inner) | ast.FunctionDef(name=inner):
                yield from of(child, file, f"{name}.{inner}".strip("."))
            case ast.AsyncFunctionDef(name=inner):
                yield from of(child, file, f"{name}.{inner}".strip("."))
            case _:
                pass


TEXTS = [*docstrings()]
METHODS = [
    (f"{file}: {name}", text)
    for file, name, text in TEXTS
    if file.startswith("resources/") and "\nHTTP: ``" in re.sub(r"\n +", "\n", text)
]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(r"\[[^\]\n]*\n[^\]\n]*\]\(", id="a link torn in its text"),
        pytest.param(r"\]\([^)\s]*\n", id="a link torn in its address"),
        pytest.param(r"(?<!\*)\*\*(?!\*)[^*]+(?<!\*)\*\*(?!\*)", id="marks of bold text"),
        pytest.param(r"(?<!\S)\*{4}(?!\S)", id="marks of bold text around nothing"),
        pytest.param(r"(?m)^\s*[。.]\s*$", id="a line of a full stop"),
        pytest.param(r"!\[[^\]\n]*\]\(", id="an image"),
        pytest.param(r"(?m)^\s*#{1,6} ", id="a heading"),
        pytest.param(r"(?m)^\s*\|.*\|\s*$", id="a table"),
        pytest.param(r"[\u4e00-\u9fff][,;:?!][\u4e00-\u9fff]", id="punctuation of ASCII"),
    ],
)
def test_no_docstring_is_damaged(damage: str) -> None:
    found = [
        (file, name)
        for file, name, text in TEXTS
        if re.search(damage, re.sub(r"`[^`\n]*`", "x", text))
    ]
    assert found == []


def test_no_docstring_only_repeats_a_name() -> None:
    def words(text: str) -> set[str]:
        return set(re.findall(r"\w+", re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text).lower()))

    found = [
        (file, name)
        for file, name, text in TEXTS
        if words(text) <= words(f"{name} {file}") | FILLERS
    ]
    assert found == []


def test_what_a_class_raises_is_said_once() -> None:
    assert [name for name, text in METHODS if "Raises:" in text] == []
    classes = {name for file, name, text in TEXTS if file[:9] == "resources" and "Raises:" in text}
    assert {name.rpartition(".")[0].rpartition(" ")[2] for name, _ in METHODS} == classes


def test_every_method_begins_in_english_and_says_what_it_returns() -> None:
    for name, text in METHODS:
        first = text.split("\n")[0]
        assert first.isascii(), name
        assert first.endswith("."), name
        assert re.search(r"\n +Returns:\n +\S", text), name


def test_every_argument_has_a_sentence() -> None:
    found = [
        (name, argument)
        for name, text in METHODS
        for argument in re.findall(r"(?m)^ {12}(\w+):$", text)
    ]
    assert found == []


def test_every_field_without_a_sentence_is_an_id_or_a_name() -> None:
    message = {(file, name) for file, name, _ in TEXTS}
    found = [
        (file, f"{class_.name}.{field.target.id}")
        for path in (*sorted((PACKAGE / "models").glob("*.py")), PACKAGE / "params.py")
        for file in [path.relative_to(PACKAGE).as_posix()]
        for class_ in ast.parse(path.read_text("utf-8")).body
        if isinstance(class_, ast.ClassDef) and class_.name != "Model"
        for field in class_.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if ast.unparse(field.annotation) != "Final"
        if (file, f"{class_.name}.{field.target.id}") not in message
    ]
    assert [name for _, name in found if not re.search(r"[._](id|name|title)$", name)] == []


def test_where_a_page_is_narrower_than_the_service_the_docstring_says_so() -> None:
    said = {(file, name): text for file, name, text in TEXTS}
    assert "narrower than the service" in said["params.py", "EnterMessage"]
    create = said["resources/conversations.py", "Conversations.create"]
    assert "The page names no type; the service takes it here, too." in create
    stream = said["resources/workflows_chat.py", "WorkflowsChat.stream"]
    assert "The page takes text alone; the service takes object_string, too." in stream

"""Docstrings hold any text, whole and without markup."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.plan.texts import docstring, markdown, paragraphs


@given(st.text())
def test_a_docstring_of_any_text_is_one_string_and_nothing_else(text: str) -> None:
    source = f"def f():\n    {docstring((paragraphs(text) or 'x',), 4)}\n"
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1
    assert ast.get_docstring(function) is not None


@given(st.text(alphabet="ab \"'\n\t中文，。`-[]()"), st.integers(0, 12))
def test_every_line_of_a_text_stays_one_line(text: str, hanging: int) -> None:
    lines = [line.split() for line in text.split("\n") if line.strip()]
    shown = paragraphs(text, hanging=hanging).split("\n")
    assert [line.split() for line in shown if line] == lines


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\x00", "\x85", "\u2028", "\ufeff"])
def test_characters_that_bend_lines_are_dropped(char: str) -> None:
    assert paragraphs(f"a{char}b") == "ab"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("One.\n## Two\nThree.", "One.\n\nTwo\n\nThree."),
        ("a **bold** word, ids 75*** and 76***", "a bold word, ids 75*** and 76***"),
        ("**状态**：`a**b**`", "状态：`a**b**`"),
        (r"a\_b and `c\_d`", r"a_b and `c\_d`"),
        ("see ![Image](https://a.example/i =5x) here", "see  here"),
        ("- a\n  - b\n  - c\n- d", "- a\n  - b\n  - c\n- d"),
        ("see [one](/docs/1) or [two](https://a.example)", "see one or [two](https://a.example)"),
    ],
)
def test_markup_becomes_plain_text(markdown: str, plain: str) -> None:
    assert paragraphs(markdown) == plain


def test_a_table_of_two_columns_becomes_a_list() -> None:
    table = "| **Limit** | **Text** |\n| --- | --- |\n| Size | 1 MB |\n| Kinds | - a<br>- b\\|c |"
    assert paragraphs(table) == "- Size: 1 MB\n- Kinds:\n  - a\n  - b|c"


def test_the_cells_of_a_wider_table_are_told_with_their_heads() -> None:
    table = "| Way | Text | Image |\n|:--|---|--:|\n| Upload | yes | no |"
    assert paragraphs(table) == "- Upload\n  - Text: yes\n  - Image: no"


def test_all_lines_but_the_first_hang() -> None:
    assert paragraphs("a\n\n- b", hanging=4) == "a\n\n    - b"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("# Title", "**Title**"),
        ("a ![x](https://elsewhere/x.png) b", "a  b"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("`<b>` and a<br>b", "`<b>` and a<br>b"),
        ("Map[a][b] [c](https://d)", "Map\\[a]\\[b] [c](https://d)"),
        ("one:\n- two\n- three", "one:\n\n- two\n- three"),
        ("see [a page](/docs/a) or `[b](c)`", "see a page or `[b](c)`"),
        ("[[a](b)](javascript:x)", "\\[a](javascript:x)"),
        ("[a [b](https://x)](javascript:y)", "\\[a [b](https://x)](javascript:y)"),
        ("\\\\[a](javascript:x)", "\\\\a"),
        ("\\[a](javascript:x)", "\\[a](javascript:x)"),
    ],
)
def test_a_text_on_a_page_of_the_reference_loads_and_runs_nothing(text: str, page: str) -> None:
    assert markdown(text).strip() == page

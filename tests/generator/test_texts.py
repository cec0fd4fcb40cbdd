"""Docstrings hold any text and stay within the line."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.plan.texts import WIDTH, docstring, paragraphs, width


@given(st.text())
def test_a_docstring_of_any_text_is_one_string_and_nothing_else(text: str) -> None:
    source = f"def f():\n    {docstring((paragraphs(text, 4) or 'x',), 4)}\n"
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1
    assert ast.get_docstring(function) is not None


@given(st.text(alphabet="ab \\\"'\n\t中文，。`*-"), st.integers(0, 12))
def test_wrapping_keeps_every_visible_character_in_order(text: str, indent: int) -> None:
    assert "".join(paragraphs(text, indent).split()) == "".join(text.split())


@given(st.lists(st.text(alphabet="abc中文，。", max_size=30), max_size=40), st.integers(0, 12))
def test_no_line_is_wider_than_the_limit_where_words_fit(words: list[str], indent: int) -> None:
    short = [word for word in words if width(word) <= 60]
    for line in paragraphs(" ".join(short), indent).split("\n"):
        assert width(line) + indent <= WIDTH


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\x00", "\x85", "\u2028", "\ufeff"])
def test_characters_that_bend_lines_are_dropped(char: str) -> None:
    assert paragraphs(f"a{char}b", 0) == "ab"


def test_bullets_hang() -> None:
    text = paragraphs("* " + "word " * 40, 0)
    first, second, *_ = text.split("\n")
    assert first.startswith("* word")
    assert second.startswith("  word")

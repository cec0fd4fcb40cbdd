"""Python names are made the same way everywhere."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import GeneratorError
from generator.json_values import pascal
from generator.plan.names import attribute_name, constant_name, module_name
from generator.plan.resources import _IMPORTED


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("bot_id", "bot_id"),
        ("inputSchema", "input_schema"),
        ("ContentDuration", "content_duration"),
        ("Agw-Js-Conv", "agw_js_conv"),
        ("HTMLPage2", "html_page2"),
        ("class", "class_"),
        ("3d", "n3d"),
        ("$ref", "ref"),
        ("__init__", "init"),
        ("名称", "名称"),
        ("type", "type"),
    ],
)
def test_wire_names_become_snake_case(wire: str, name: str) -> None:
    assert attribute_name(wire, "/x") == name


@pytest.mark.parametrize("wire", ["", "-", "***", "\u202e", "  "])
def test_a_name_without_letters_is_an_error_that_names_the_place(wire: str) -> None:
    with pytest.raises(GeneratorError, match="/paths/x"):
        attribute_name(wire, "/paths/x")


@given(st.text())
def test_any_name_becomes_a_usable_identifier_or_an_error(wire: str) -> None:
    try:
        name = attribute_name(wire, "/x")
    except GeneratorError:
        return
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert not name.startswith("_")


def test_taken_names_get_an_underscore() -> None:
    assert attribute_name("list", "/x", taken=frozenset({"list"})) == "list_"


def test_class_module_and_constant_names() -> None:
    assert pascal("conversations.messages.run_histories") == ("ConversationsMessagesRunHistories")
    assert module_name("BotModelInfo") == "bot_model_info"
    assert constant_name("UnLimit", "/x") == "UN_LIMIT"


def test_no_resource_class_is_called_like_what_its_module_imports() -> None:
    templates = Path(__file__).parents[2] / "generator" / "templates" / "resources"
    head = (
        (templates / "resource.py.jinja").read_text(encoding="utf-8").partition("{% for method")[0]
    )
    lines = [line for line in head.splitlines() if not re.search(r"{|^#", line)]
    words = re.findall(r"\b[A-Z]+[a-z]\w*", "\n".join(lines))
    assert {"AsyncResource", "Page", "Recovery"} <= set(words)
    assert set(words) <= _IMPORTED

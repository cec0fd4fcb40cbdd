"""Texts of a rich text editor become Markdown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.normalise._delta import markdown
from generator.normalise._texts import rich_text
from tests.generator.inline import ANY, held, holding

NOTE = {
    "0": {
        "ops": [
            {"insert": "First.\nSecond "},
            {"attributes": {"bold": "true"}, "insert": "bo"},
            {"attributes": {"bold": "true"}, "insert": "ld "},
            {"attributes": {"inlineCode": "true"}, "insert": "code"},
            {"insert": ", "},
            {"attributes": {"hyperlink": '{"href":"https://a.example/b"}'}, "insert": "link"},
            {"insert": ".\n"},
            {"attributes": {"lmkr": "1", "heading": "h2"}, "insert": "*"},
            {"insert": "Head\n"},
            {"attributes": {"lmkr": "1", "list": "bullet1"}, "insert": "*"},
            {"insert": "one\n"},
            {"attributes": {"lmkr": "1", "list": "bullet2"}, "insert": "*"},
            {"insert": "two\n"},
            {"attributes": {"lmkr": "1", "list": "number1"}, "insert": "*"},
            {"insert": "three\n"},
            {"attributes": {"lmkr": "1"}, "insert": "*"},
            {"attributes": {"zoneId": "n", "title": "Note"}, "insert": " "},
            {"insert": "\n"},
            {"attributes": {"lmkr": "1", "list": "indent1"}, "insert": "*"},
            {"attributes": {"image": "true", "src": "https://a.example/i"}, "insert": " "},
            {"insert": "\n"},
            {"attributes": {"aceTable": "r c"}, "insert": "*"},
            {"insert": "\nEnd\n"},
        ]
    },
    "n": {
        "ops": [
            {"insert": "Careful.\n"},
            {"attributes": {"lmkr": "1", "list": "bullet1"}, "insert": "*"},
            {"insert": "item\n"},
            {"attributes": {"zoneId": "n"}, "insert": " "},
        ]
    },
    "r": {"ops": [{"insert": {"id": "r1"}}, {"insert": {"id": "r2"}}]},
    "c": {"ops": [{"insert": {"id": "c1"}}, {"insert": {"id": "c2"}}]},
    "xr1xc1": {"ops": [{"insert": "Name\n"}]},
    "xr1xc2": {"ops": [{"attributes": {"bold": "true"}, "insert": "Value"}]},
    "xr2xc1": {"ops": [{"insert": "a|b\nc\n"}]},
}

MARKDOWN = """\
First.

Second **bold** `code`, [link](https://a.example/b).

## Head

- one
  - two
1. three

> **Note**
>
> Careful.
>
> - item

  ![](https://a.example/i)

| Name | **Value** |
| --- | --- |
| a\\|b<br>c |  |

End"""


def test_rich_text_becomes_markdown() -> None:
    assert markdown(json.dumps(NOTE)) == MARKDOWN


def test_only_descriptions_are_rich() -> None:
    text = json.dumps({"0": {"ops": [{"insert": "Text.\n"}]}})
    document = holding({"description": text, "example": text, "properties": {"description": {}}})
    document["paths"]["/bots"]["get"] |= {"description": text, "summary": text}
    result = rich_text(document)
    assert held(result) == {
        "description": "Text.",
        "example": text,
        "properties": {"description": {}},
    }
    operation = result["paths"]["/bots"]["get"]
    assert (operation["description"], operation["summary"]) == ("Text.", text)


@pytest.mark.parametrize(
    "text", ["", "Plain.", "{", "{}", '{"0": 1}', '{"0": {"ops": []}}', "{a: 1}", "{" * 100_000]
)
def test_other_texts_stay(text: str) -> None:
    assert markdown(text) == text


ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            "lmkr",
            "heading",
            "list",
            "bold",
            "inlineCode",
            "hyperlink",
            "zoneId",
            "aceTable",
            "image",
        ]
    ),
    st.sampled_from(["true", "h2", "hx", "bullet1", "bullet99999", "0", "a", "a b", "0 a b", "{}"])
    | st.sampled_from(['{"href": 1}', '{"href": "u"}', "[", 1, None]),
)

OPS = st.lists(
    st.fixed_dictionaries(
        {"insert": st.text("a\n |*", max_size=5) | st.just({"id": "a"}) | st.integers()},
        optional={"attributes": ATTRIBUTES | st.none()},
    )
    | st.integers()
)

ZONES = st.dictionaries(
    st.sampled_from(["0", "a", "b", "xaxa"]), st.fixed_dictionaries({"ops": OPS | st.none()})
)


@given(ZONES | ANY)
def test_any_rich_text_gives_a_text(zones: Any) -> None:
    assert isinstance(markdown(json.dumps(zones)), str)

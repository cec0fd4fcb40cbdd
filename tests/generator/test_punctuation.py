"""Punctuation between Chinese characters is full-width, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.normalise._texts import full_width

ASCII = str.maketrans("，；：！？（）", ",;:!?()")


@pytest.mark.parametrize(
    ("lost", "published"),
    [
        ("此 API,你可以", "此 API，你可以"),
        ("如下:\n* all :所有。", "如下：\n* all：所有。"),
        ("true:(默认)保存", "true：（默认）保存"),
        ("已取消(status=canceled),你", "已取消（status=canceled），你"),
        ("**限制**:企业版", "**限制**：企业版"),
        ("为 `7535***`,Space ID 为", "为 `7535***`，Space ID 为"),
        ("值(`a(b)`)。", "值（`a(b)`）。"),
        ("好!再见?", "好！再见？"),
    ],
)
def test_punctuation_beside_chinese_is_full_width(lost: str, published: str) -> None:
    assert full_width(lost) == published


@pytest.mark.parametrize(
    "text",
    [
        "Hello, world (again): yes!",
        "取值为 1,000 到 12:30。",
        "见 `f(a,b):值,值`。",
        "见[查看](https://a.example/b,c:d)。",
        "例如 https://a.example:80/w?x=1",
        "图片![图](https://a.example/i)",
    ],
)
def test_english_code_and_addresses_stay(text: str) -> None:
    assert full_width(text) == text


@given(st.text(alphabet="ab中文 ,;:!?()`*[]\n"))
def test_only_punctuation_and_the_spaces_beside_it_change(text: str) -> None:
    def squeezed(text: str) -> str:
        return text.translate(ASCII).replace(" ", "")

    assert squeezed(full_width(text)) == squeezed(text)

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import pytest

from coze_core._decode import AnswerDecoder, NotJSONError, TypeDecoder, parse
from tests.core.sample_models import (
    Message,
    Tree,
)
from tests.lenient import lenient, slow

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("depth", [400, 600, 5_000, 200_000])
@pytest.mark.parametrize("name", ["extra", "unknown", "tags"])
def test_deep_nesting_costs_only_what_is_deep(depth: int, name: str) -> None:
    deep = b'[{"a":' * (depth // 2) + b'"]\\""' + b"}]" * (depth // 2)
    body = (
        b'{"code":0,"data":{"id":"1","'
        + name.encode()
        + b'":'
        + deep
        + b',"role":"","content":""}}'
    )
    message = AnswerDecoder(Message).decode(body).value
    assert (message.id, message.content) == ("1", "")


@pytest.mark.parametrize("depth", [100, 300, 5_000])
def test_deep_trees_are_built_as_far_as_is_sound(depth: int) -> None:
    body = b'{"name":"n","children":[' * depth + b"]}" * depth
    tree, _ = lenient(Tree, body)
    levels = 0
    while isinstance(tree, Tree) and tree.children:
        tree, levels = tree.children[0], levels + 1
    assert levels == min(depth - 1, 250)


def call_from(depth: int, call: Callable[[], Any]) -> Any:
    return call() if depth == 0 else call_from(depth - 1, call)


@pytest.mark.parametrize("depth", [40, 400, 40_000])
@pytest.mark.parametrize("frames_left", [60, 120, 300])
def test_a_call_from_deep_in_a_program_is_no_error(depth: int, frames_left: int) -> None:
    body = b'{"name":"n","children":[' * depth + b"]}" * depth
    decoder = TypeDecoder(Tree)
    slow(decoder).decode(b"{}")
    here = sys.getrecursionlimit() - len(inspect.stack(0))
    assert call_from(here - frames_left, lambda: decoder.decode(body))
    assert call_from(here - frames_left, lambda: slow(decoder).decode(body))


def test_unbalanced_deep_nesting_is_no_json() -> None:
    with pytest.raises(NotJSONError, match="not JSON"):
        parse(b"[" * 100_000)

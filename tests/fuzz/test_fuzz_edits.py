"""Single edits of the real document are built into a client that loses nothing, or are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.edits import EDITS, outcome
from tests.fuzz.effort import TIMES, sampled
from tests.generator.loopback import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.mark.parametrize("name", sampled(EDITS, 4))
def test_an_edit_is_refused_or_nothing_is_lost(name: str, server: Server) -> None:
    for number in range(TIMES):
        assert outcome(name, number, server) in {"refused", "right"}


def test_without_an_edit_nothing_is_refused_and_nothing_is_lost(server: Server) -> None:
    for number in range(3 * TIMES):
        assert outcome("nothing", number, server) == "right"

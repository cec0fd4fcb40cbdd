"""After a fork, each process has connections and locks of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.echo_server import EchoServer
from tests.faults.forking import CALLS, CHILDREN
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")


@pytest.fixture(params=["plain", "TLS"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EchoServer]:
    with EchoServer(tmp_path if request.param == "TLS" else None) as started:
        yield started


def run(case: str, server: EchoServer, folder: Path) -> list[dict[str, Any]]:
    """Return what the program wrote; it must end by itself, without a word on stderr."""
    certificate = [str(folder / "ca.pem")] if server.context else []
    words = ("-Werror", "-m", "tests.faults.forking", case, server.url)
    done = python(*words, *certificate, check=False, cwd=ROOT)
    assert (done.stderr, done.returncode) == ("", 0)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("case", ["calls", "async calls"])
def test_no_process_gets_the_answer_to_the_question_of_another(
    server: EchoServer, tmp_path: Path, case: str
) -> None:
    results = run(case, server, tmp_path)
    assert [result.get("right") for result in results] == [CALLS] * (CHILDREN + 1), results
    assert len(server.asked) == 1 + CALLS * (CHILDREN + 1)
    loops = case == "async calls"  # the parent has two of them, one after the other
    assert server.connections == CHILDREN + 1 + loops


def test_a_fork_within_a_loop_leaves_the_parents_connection_alone(
    server: EchoServer, tmp_path: Path
) -> None:
    results = run("within a loop", server, tmp_path)
    assert results == [{"who": who, "right": CALLS} for who in ("child", "parent")]
    assert server.connections == 2


def test_a_fork_amid_calls_of_other_threads_inherits_no_lock(tmp_path: Path) -> None:
    with EchoServer() as server:
        results = run("locks", server, tmp_path)
    assert [result.get("right") for result in results] == [CALLS] * 10, results


def test_an_open_stream_and_a_given_client_are_refused_in_a_child(tmp_path: Path) -> None:
    with EchoServer() as server:
        *refused, rest = run("refused", server, tmp_path)
        assert "another process opened it" in refused[0]["error"]
        for result in refused[1:]:
            assert "http_client was made in another process" in result["error"]
        assert len(refused) == 3
        assert rest == {"rest": ["usage", "done"]}
        assert server.asked == ["/watch", "first"]

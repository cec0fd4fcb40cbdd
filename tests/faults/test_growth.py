"""Work grows as its subject does, and no faster: calls and bytes are counted, not seconds."""

from __future__ import annotations

import json
import sys
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from coze_core import Endpoint
from coze_core._decode import AnswerDecoder, parse
from coze_core._report import Redaction
from coze_core._request import write_request
from coze_core._sse import Decoder
from tests.core.page_servers import TokenServer
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Steps = Iterator[Callable[[], object]]


class Work(NamedTuple):
    """Calls of functions, bytes that were copied for a moment, and bytes at the end."""

    calls: int
    copied: int
    kept: int


def work_of(steps: Steps) -> Work:
    """Measure steps, whose results are kept."""
    calls = copied = 0

    def count(frame: object, event: str, argument: object) -> None:
        del frame, argument
        nonlocal calls
        calls += event in {"call", "c_call"}

    results: list[object] = []
    tracemalloc.start()
    try:
        for step in steps:
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            sys.setprofile(count)
            try:
                results.append(step())
            finally:
                sys.setprofile(None)
            copied += tracemalloc.get_traced_memory()[1] - before
        return Work(calls, copied, tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()


def chunks(stream: bytes) -> Steps:
    decoder = Decoder()

    def feed(chunk: bytes) -> None:
        for block in decoder.blocks(chunk):
            decoder.event(block)

    return (partial(feed, stream[at : at + 64]) for at in range(0, len(stream), 64))


def event(size: int) -> Steps:
    return chunks(b"event: a\n" + b"data: some text\n" * (8 * size) + b"\n")


def line(size: int) -> Steps:
    return chunks(b"event: a\ndata: " + b"some text " * (8 * size) + b"\n\n")


def comments(size: int) -> Steps:
    return chunks(b"event: a\n" + b": ping\n" * (16 * size) + b"data: 1\n\n")


def pages(size: int) -> Steps:
    table = {number: ([number], number + 1, True) for number in range(1, size)}
    server = TokenServer({None: ([0], 1, True), **table, size: ([size], None, False)})
    pages = server.first_page().iter_pages()
    return (partial(next, pages) for _ in range(size))


def nesting(size: int) -> Steps:
    deep = b"[" * (100 * size) + b"]" * (100 * size)
    yield partial(parse, deep)


def misfits(size: int) -> Steps:
    decoder = AnswerDecoder(dict[str, list[str]])
    data = {"key" * 10 * size: [0] * 10 * size}
    yield partial(decoder.decode, json.dumps({"code": 0, "data": data}).encode())


def texts(size: int) -> Steps:
    sent = [f"a text {number} that was sent" for number in range(size)]
    return redaction({"texts": sent}, " and ".join(sent))


def text(size: int) -> Steps:
    sent = "".join(f"a text {number} that was sent" for number in range(size))
    return redaction({"text": sent}, sent + sent[::-1])


def redaction(body: dict[str, Any], said: str) -> Steps:
    request = write_request(Endpoint("a.b", "POST", "/"), "http://api.test", {}, {"body": body})
    redaction = Redaction(request, "a-token-of-some-length")
    return iter([redaction.curl, partial(redaction.scrub, said)])


@pytest.mark.parametrize(
    "steps", [event, line, comments, pages, nesting, misfits, texts, text], ids=lambda s: s.__name__
)
def test_work_doubles_with_the_size(steps: Callable[[int], Steps]) -> None:
    work_of(steps(3))  # what is loaded and cached once
    small, large = work_of(steps(40)), work_of(steps(160))  # doubled twice: quadratic would be 16
    for before, after in zip(small, large, strict=True):
        assert after <= 6 * before + 10_000, (small, large)


_ERROR_PAGES = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from coze_core import ErrorTable, RequestInfo, ResponseInfo
from coze_core._failures import api_error
request = RequestInfo("GET", "https://api.test")
for piece in (b"<", b"<a ", b"<title", b"<title>", b"<!--", b"</", b"&", b"&#x"):
    for _ in range(5):
        response = ResponseInfo(
            status_code=502, headers={}, logid=None, body=b'<html>' + piece * 1_000_000,
            request=request, attempts=1, elapsed=0.0
        )
        api_error("a.b", response, ErrorTable(lambda: {}), "JSON", ["a-token-of-some-length"])
print("done")
"""


def test_hostile_error_pages_are_read_within_bounds() -> None:
    done = python("-c", _ERROR_PAGES, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)

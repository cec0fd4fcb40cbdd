"""An interrupt (Ctrl-C) anywhere in a call leaves no connection behind; a program ends at any time."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import coze_core
from coze_core import SyncClient
from tests.core.things import CLIENT, GET, SOUND, UPLOAD, WATCH
from tests.families import httpx
from tests.faults.fault_shapes import PATH, TLS
from tests.faults.load_server import LoadServer
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    Use = Callable[[SyncClient], object]

OURS = str(Path(coze_core.__file__).parent)
UNHEARD = {"__del__"}  # which nobody gets to know of


def call(client: SyncClient) -> object:
    return client.call(GET, path=PATH)


def stream(client: SyncClient) -> object:
    with client.stream(WATCH, body={}) as events:
        return [event.event for event in events]


def broken_off(client: SyncClient) -> object:
    with client.stream(WATCH, body={}) as events:
        return next(events)


def upload(client: SyncClient) -> object:
    return client.call(UPLOAD, files={"file": b"x" * 1000})


def download(client: SyncClient) -> object:
    return client.download(SOUND).read()


@pytest.fixture(scope="module")
def server() -> Iterator[LoadServer]:
    with LoadServer() as started:
        yield started


class InterruptedAt:
    """Raises KeyboardInterrupt before the n-th line of the client that runs."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        del event, arg
        code = frame.f_code
        return self.line if code.co_filename.startswith(OURS) else None

    def line(self, frame: FrameType, event: str, arg: object) -> Any:
        del arg
        if event == "line" and frame.f_code.co_name not in UNHEARD:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
        return self.line


# The interpreter reports an interrupt of a destructor, and goes on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("use", [call, stream, broken_off, upload, download])
def test_an_interrupt_anywhere_leaves_no_connection(server: LoadServer, use: Use) -> None:
    with httpx.Client(verify=TLS, limits=httpx.Limits(max_connections=1)) as http_client:
        client = SyncClient(base_url=server.url, timeout=20, http_client=http_client, **CLIENT)
        call(client)
        interrupts = 0
        while True:
            interrupt = InterruptedAt(interrupts + 1)
            before = sys.gettrace()
            sys.settrace(interrupt)
            try:
                with suppress(KeyboardInterrupt):
                    use(client)
            finally:
                sys.settrace(before)
            if interrupt.left > 0:
                break
            interrupts += 1
            # Over a pool of one, which it would wait for.
            assert call(client) is not None
    assert interrupts > 100


PROGRAM = """
import asyncio, sys
from coze_core import AsyncClient, ErrorTable, SyncClient
from tests.core.things import SOUND, WATCH

options = {"base_url": sys.argv[1], "errors": ErrorTable(dict), "user_agent": "t", "token": "t"}
client, other = SyncClient(**options), AsyncClient(**options)
stream, sound = client.stream(WATCH, body={}).__enter__(), client.download(SOUND)
next(stream)

async def main():
    global other_stream
    other_stream = await other.stream(WATCH, body={}).__aenter__()
    await anext(other_stream)

asyncio.run(main())
"""


def test_a_program_ends_with_streams_and_downloads_still_open(server: LoadServer) -> None:
    done = python("-c", PROGRAM, server.url, check=False)
    assert done.returncode == 0
    # httpx2's generators complain, without any client of ours too, when asyncio closes all at once.
    if os.environ.get("COZE_HTTP") != "httpx2":
        assert done.stderr == ""

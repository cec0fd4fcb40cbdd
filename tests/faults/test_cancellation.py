"""Cancellation at each place where an operation waits leaves nothing behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from coze_core import AsyncClient
from tests.core.things import CLIENT, GET, LIST, SOUND, UPLOAD, WATCH
from tests.families import httpx
from tests.faults.fault_shapes import PATH, TLS
from tests.faults.load_server import SOUND as SOUND_BYTES
from tests.faults.load_server import LoadServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator

    Use = Callable[[AsyncClient, Path], Awaitable[object]]


async def call(client: AsyncClient, folder: Path) -> object:
    del folder
    return await client.call(GET, path=PATH)


async def pages(client: AsyncClient, folder: Path) -> object:
    del folder
    return [thing.id async for thing in client.list(LIST, query={"page_size": 1})]


async def stream(client: AsyncClient, folder: Path) -> object:
    del folder
    async with client.stream(WATCH, body={}) as events:
        return [event.event async for event in events]


async def broken_off(client: AsyncClient, folder: Path) -> object:
    del folder
    async with client.stream(WATCH, body={}) as events:
        async for event in events:
            return event
    return None


async def upload(client: AsyncClient, folder: Path) -> object:
    return await client.call(UPLOAD, files={"file": folder / "to upload"})


async def download(client: AsyncClient, folder: Path) -> object:
    return await (await client.download(SOUND)).write_to(folder / "sound.mp3")


async def read(client: AsyncClient, folder: Path) -> object:
    del folder
    async with await client.download(SOUND) as sound:
        return len(await sound.read())


USES: list[Use] = [call, pages, stream, broken_off, upload, download, read]


@pytest.fixture(scope="module")
def server() -> Iterator[LoadServer]:
    with LoadServer() as started:
        yield started


class CancelledAt:
    """Awaits, and cancels itself when that is about to wait for the n-th time."""

    def __init__(
        self, awaited: Awaitable[object], cancel: Callable[[], object], number: int
    ) -> None:
        self.awaited = awaited
        self.cancel = cancel
        self.left = number

    def __await__(self) -> Generator[Any, Any, object]:
        steps: Any = self.awaited.__await__()
        resume: Callable[[], Any] = lambda: next(steps)  # noqa: E731  # it changes below
        while True:
            try:
                waited_for = resume()
            except StopIteration as end:
                return end.value
            self.left -= 1
            if self.left == 0:
                self.cancel()
            try:
                value = yield waited_for
            except BaseException as error:  # noqa: BLE001  # it is passed on
                resume = lambda error=error: steps.throw(error)  # noqa: E731  # as above
            else:
                resume = lambda value=value: steps.send(value)  # noqa: E731  # as above


async def scope_cancelled_at(awaited: Awaitable[object], number: int) -> bool:
    with anyio.CancelScope() as scope:
        await CancelledAt(awaited, scope.cancel, number)
    return scope.cancelled_caught


async def task_cancelled_at(awaited: Awaitable[object], number: int) -> bool:
    """Cancel as `asyncio.timeout`, `wait_for`, task groups and web servers do."""
    task = asyncio.current_task()
    assert task
    try:
        await CancelledAt(awaited, task.cancel, number)
    except asyncio.CancelledError:
        task.uncancel()
        return True
    return False


def open_files(folder: Path) -> list[str]:
    found: list[str] = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them
            found.append(str(handle.readlink()))
    return [name for name in found if str(folder) in name]


def connections(client: AsyncClient) -> list[Any]:
    transport: Any = client._transport
    clients = [transport._client, *(loop.client for loop in transport._loops.values())]
    transports = [
        inner for one in clients if one for inner in (one._transport, *one._mounts.values())
    ]
    return [connection for inner in transports for connection in inner._pool.connections]


def check_files(folder: Path) -> None:
    assert open_files(folder) == []
    assert not list(folder.glob(".*.part"))
    sound = folder / "sound.mp3"
    assert not sound.exists() or sound.stat().st_size == len(SOUND_BYTES)


@pytest.mark.parametrize("own", [True, False], ids=["pool of its own", "pool of one"])
@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
@pytest.mark.parametrize(
    ("backend", "cancelled_at"),
    [
        ("asyncio", scope_cancelled_at),
        ("asyncio", task_cancelled_at),
        ("trio", scope_cancelled_at),
    ],
    ids=["asyncio", "asyncio's own", "trio"],
)
def test_cancellation_anywhere_leaves_no_connection_task_or_file(  # noqa: PLR0913  # all cases
    server: LoadServer,
    tmp_path: Path,
    backend: str,
    cancelled_at: Callable[[Awaitable[object], int], Awaitable[bool]],
    use: Use,
    *,
    own: bool,
) -> None:
    (tmp_path / "to upload").write_bytes(bytes(200_000))

    async def main() -> int:
        http_client = None
        if not own:
            http_client = httpx.AsyncClient(verify=TLS, limits=httpx.Limits(max_connections=1))
        client = AsyncClient(base_url=server.url, timeout=5, http_client=http_client, **CLIENT)
        number = 0
        cancelled = True
        while cancelled:
            number += 1
            cancelled = await cancelled_at(use(client, tmp_path), number)
            check_files(tmp_path)
            assert (await client.call(GET, path=PATH)).id == "1"
            if backend == "asyncio":
                await checkpoint()
                assert len(asyncio.all_tasks()) == 1
            assert all(connection.is_idle() for connection in connections(client))
        await client.aclose()
        if http_client:
            await http_client.aclose()
        return number

    assert anyio.run(main, backend=backend) > 2

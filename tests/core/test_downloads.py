from __future__ import annotations

import gc
import gzip
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from coze_core import (
    APIConnectionError,
    APIError,
    CozeError,
    InvalidRequestError,
    NotFoundError,
    ServerError,
    response_of,
)
from tests.core.scripted_server import answer, cut, ok
from tests.core.things import GET, SOUND, SPEAK
from tests.families import httpx

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, ScriptedServer, Serve

CONTENT = b"sound " * 50_000


def sound(content: bytes = CONTENT, **changes: Any) -> bytes:
    return answer(body=content, kind="audio/mpeg", **changes)


def test_a_download_is_read_at_once(run: Runner, serve: Serve) -> None:
    download = run(run.client(serve(sound(X_Tt_Logid="log"))).download, SOUND)
    assert run(download.read) == CONTENT
    response = response_of(download)
    assert response is download.response
    assert (response.status_code, response.logid, response.body) == (200, "log", b"")


def test_a_download_is_read_in_pieces(run: Runner, serve: Serve) -> None:
    pieces = run.read(run(run.client(serve(sound())).download, SOUND))
    assert len(pieces) > 1
    assert b"".join(pieces) == CONTENT


def test_a_download_is_written_to_a_file(run: Runner, serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(b"old")
    download = run(run.client(serve(sound())).download, SOUND)
    assert run(download.write_to, path) == len(CONTENT)
    assert path.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["none/sound.mp3", "file/sound.mp3"])
def test_a_file_that_cannot_be_written_is_named(
    run: Runner, serve: Serve, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    download = run(run.client(serve(sound())).download, SOUND)
    with pytest.raises(OSError, match=r"sound\.mp3'$"):
        run(download.write_to, tmp_path / name)


@pytest.mark.parametrize(
    "act",
    [
        cut(sound(length=len(CONTENT) + 1)),
        sound(gzip.compress(CONTENT)[:-1], Content_Encoding="gzip"),
    ],
    ids=["length", "gzip"],
)
def test_a_file_appears_whole_or_not_at_all(
    run: Runner, serve: Serve, tmp_path: Path, act: Act
) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(b"old")
    download = run(run.client(serve(act)).download, SOUND)
    with pytest.raises(APIConnectionError):
        run(download.write_to, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_compressed_download_is_unpacked(run: Runner, serve: Serve) -> None:
    server = serve(sound(gzip.compress(CONTENT), Content_Encoding="gzip"))
    assert run(run(run.client(server).download, SOUND).read) == CONTENT


@pytest.mark.parametrize(
    ("act", "kind", "text"),
    [
        (answer(body={"code": 4001, "msg": "no sound"}), NotFoundError, "code 4001"),
        (ok({"id": "1"}), APIError, r"the answer \(application/json\) is not a file"),
        (answer(400, b"no", kind="text/plain"), InvalidRequestError, "HTTP 400: no"),
        (answer(500, b"no", kind="audio/mpeg"), ServerError, "HTTP 500"),
    ],
)
def test_an_error_instead_of_a_file_is_raised_by_the_call(
    run: Runner, serve: Serve, act: Act, kind: type[APIError], text: str
) -> None:
    with pytest.raises(APIError, match=text) as caught:
        run(run.client(serve(act)).download, SPEAK)
    assert type(caught.value) is kind


@pytest.mark.usefixtures("short_pauses")
def test_a_download_is_asked_for_again_before_it_began(run: Runner, serve: Serve) -> None:
    server = serve(answer(500), sound())
    download = run(run.client(server).download, SOUND)
    assert download.response.attempts == 2
    assert run(download.read) == CONTENT


@pytest.mark.parametrize("first", ["read", "close"])
def test_a_download_is_read_once(run: Runner, serve: Serve, first: str) -> None:
    download = run(run.client(serve(sound())).download, SOUND)
    run.close(download) if first == "close" else run(download.read)
    with pytest.raises(CozeError, match="read or closed already"):
        run(download.read)
    run.close(download)


def one_connection(run: Runner, server: ScriptedServer) -> Any:
    limits = httpx.Limits(max_connections=1)
    http_client = run.httpx_client(limits=limits)
    timeout = httpx.Timeout(5)
    return run.client(server, http_client=http_client, max_retries=0, timeout=timeout)


def test_a_forgotten_download_gives_its_connection_back(run: Runner, serve: Serve) -> None:
    server = serve(sound(CONTENT * 100), ok({"id": "1"}))
    client = one_connection(run, server)
    download = run(client.download, SOUND)
    del download
    gc.collect()
    run(client.call, GET, path={"thing_id": "1"})


def test_leaving_the_block_gives_the_connection_back(run: Runner, serve: Serve) -> None:
    server = serve(sound(CONTENT * 100), ok({"id": "1"}))
    client = one_connection(run, server)

    def sync() -> None:
        with client.download(SOUND) as download:
            assert list(itertools.islice(download.iter_bytes(), 1))

    async def other() -> None:
        async with await client.download(SOUND) as download:
            pieces = download.iter_bytes()
            assert await anext(pieces)
            await pieces.aclose()

    run(other if run.portal else sync)
    run(client.call, GET, path={"thing_id": "1"})

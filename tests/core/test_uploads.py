from __future__ import annotations

import io
import os
import socket
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from starlette.datastructures import UploadFile

from coze_core import CozeError
from coze_core._files import FormPart
from tests.core.scripted_server import answer, ok
from tests.core.things import UPLOAD

if TYPE_CHECKING:
    from tests.core.conftest import Runner
    from tests.core.scripted_server import ScriptedServer, Serve

DONE = ok({"id": "1"})


def upload(run: Runner, server: ScriptedServer, file: Any, **fields: Any) -> None:
    run(run.client(server).call, UPLOAD, body=fields, files={"file": file})


def test_a_form_arrives_with_its_fields_and_files(
    run: Runner, serve: Serve, tmp_path: Path
) -> None:
    path = tmp_path / "a song.wav"
    path.write_bytes(b"la\r\nla")
    server = serve(DONE)
    upload(run, server, path, name="你好", none=None)
    field, file = server.seen[0].form
    assert field["content-disposition"].params["name"] == "name"
    assert field.get_payload(decode=True) == "你好".encode()
    assert file["content-disposition"].params["name"] == "file"
    assert file.get_filename() == "a song.wav"
    assert file.get_content_type() == "audio/x-wav"
    assert file.get_payload(decode=True) == b"la\r\nla"


def test_a_form_without_files_is_a_form_still(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    upload(run, server, None, name="x")
    (field,) = server.seen[0].form
    assert field.get_payload(decode=True) == b"x"


def test_a_form_is_told_as_one_whatever_type_the_users_client_tells(
    run: Runner, serve: Serve
) -> None:
    server = serve(DONE)
    http_client = run.httpx_client(headers={"Content-Type": "application/json"})
    client = run.client(server, http_client=http_client)
    run(client.call, UPLOAD, body={"name": "x"}, files={"file": b"la"})
    assert [part.get_payload(decode=True) for part in server.seen[0].form] == [b"x", b"la"]


@pytest.mark.parametrize("name", ['a"; filename="b', "a\r\nX-Evil: 1", "a\\b", "é你.txt", "\udcff"])
def test_a_file_name_cannot_add_anything(run: Runner, serve: Serve, name: str) -> None:
    server = serve(DONE)
    upload(run, server, (name, b"content", "text/plain"))
    (part,) = server.seen[0].form
    assert sorted(part) == ["Content-Disposition", "Content-Type"]
    assert server.seen[0].body.count(b'filename="') == 1
    assert part.get_payload(decode=True) == b"content"


def test_an_open_file_is_sent_whole_and_left_open(
    run: Runner, serve: Serve, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"whole")
    server = serve(DONE)
    with path.open("rb") as file:
        file.read()
        upload(run, server, file)
        assert not file.closed
    assert server.seen[0].form[0].get_payload(decode=True) == b"whole"


@pytest.mark.usefixtures("short_pauses")
def test_a_repeated_upload_is_whole_each_time(run: Runner, serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"whole")
    for file in (path, io.BytesIO(b"whole"), b"whole"):
        server = serve(answer(429), DONE)
        upload(run, server, file)
        bodies = [seen.form[0].get_payload(decode=True) for seen in server.seen]
        assert bodies == [b"whole", b"whole"]


def test_a_pipe_is_sent_whole(run: Runner, serve: Serve) -> None:
    reading, writing = os.pipe()
    server = serve(DONE)
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb") as sink:
        thread = threading.Thread(target=lambda: (sink.write(b"x" * 100_000), sink.close()))
        thread.start()
        upload(run, server, source)
        thread.join()
    assert server.seen[0].form[0].get_payload(decode=True) == b"x" * 100_000


def test_a_path_that_is_not_there_is_an_os_error(run: Runner, serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        upload(run, serve(DONE), tmp_path / "none")


def content_of(server: ScriptedServer) -> bytes:
    content = server.seen[0].form[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_what_was_written_and_not_flushed_is_sent_too(run: Runner, serve: Serve) -> None:
    server = serve(DONE)
    with tempfile.TemporaryFile() as file:
        file.write(b"not flushed")
        upload(run, server, file)
    assert content_of(server) == b"not flushed"


def test_a_file_that_grows_is_sent_as_long_as_it_was(
    run: Runner, serve: Serve, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 200_000)

    server = serve(DONE)
    with path.open("rb") as file, path.open("ab", buffering=0) as writer:
        part = FormPart("file", "log", file)
        with ExitStack() as stack:
            opened = part.opened(stack)
            writer.write(b"y" * 1000)
            assert not isinstance(opened, bytes)
            assert opened.read() == b"x" * 200_000
            assert opened.read() == b""
        upload(run, server, file)
    assert content_of(server) == b"x" * 200_000 + b"y" * 1000


def test_a_file_that_is_cut_while_it_is_sent_is_one_error(run: Runner, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(10_000_000))

    def cut(connection: socket.socket) -> None:
        connection.recv(1000)
        os.truncate(path, 1000)
        while connection.recv(1_000_000):
            pass
        connection.close()

    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        ThreadPoolExecutor(1) as threads,
    ):
        threads.submit(lambda: cut(listener.accept()[0]))
        client = run.client(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(CozeError, match="became shorter while it was sent"):
            run(client.call, UPLOAD, files={"file": path})


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="there is no /proc")
def test_a_file_whose_length_the_system_does_not_know_is_sent_whole(
    run: Runner, serve: Serve
) -> None:
    server = serve(DONE)
    upload(run, server, Path("/proc/version"))
    assert content_of(server) == Path("/proc/version").read_bytes()


def test_an_async_file_goes_with_the_async_client(
    run: Runner, serve: Serve, tmp_path: Path
) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(b"la la")
    server = serve(DONE)

    async def send() -> None:
        async with await anyio.open_file(path, "rb") as file:
            assert await file.read(2) == b"la"
            await run.client(server).call(UPLOAD, files={"file": file})

    if run.portal:
        run(send)
        assert content_of(server) == b"la la"
        assert server.seen[0].form[0].get_filename() == "song.wav"
        return
    with (
        path.open("rb") as file,
        pytest.raises(CozeError, match=r"is async\. Pass it to AsyncCoze"),
    ):
        upload(run, server, anyio.wrap_file(file))
    assert not server.seen


@pytest.mark.usefixtures("short_pauses")
def test_an_upload_that_a_web_server_got_is_handed_on(run: Runner, serve: Serve) -> None:
    server = serve(answer(429), DONE)
    file = UploadFile(io.BytesIO(b"handed on"), filename="a.txt")
    if run.portal:
        upload(run, server, file)
        assert [seen.form[0].get_payload(decode=True) for seen in server.seen] == [b"handed on"] * 2
        assert server.seen[0].form[0].get_filename() == "a.txt"
        return
    with pytest.raises(CozeError, match=r"is async\. Pass it to AsyncCoze"):
        upload(run, server, file)

"""Each of many small documents is built and does what it says, or is refused (see cases/README.md)."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from coze_client import Coze
from generator.build import Project, build
from generator.errors import GeneratorError
from generator.reader import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "cases"
HEAD = "openapi: 3.0.3\ninfo: {title: Test, version: '1'}\nservers: [{url: 'https://api.example.com'}]\n"


class Sent(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server(ThreadingHTTPServer):
    """Answers each request with the reply that was set, and keeps the last request."""

    daemon_threads = True
    reply: tuple[int, str, Any] = (204, "", b"")
    sent: Sent


class Handler(BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        body = self.rfile.read(length) if length else b"".join(self._chunks(headers))
        self.server.sent = Sent(self.command, self.path, headers, body)
        status, media_type, answer = self.server.reply
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        if status != 204:  # which has no body, and so no length of one
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:  # as above
            self.wfile.write(content)

    def _chunks(self, headers: dict[str, str]) -> Iterator[bytes]:
        while headers.get("transfer-encoding") == "chunked":
            size = int(self.rfile.readline(), 16)
            yield self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as its base has it
        pass


class Emitted:
    """The package of one case, with what its probe may use."""

    def __init__(self, folder: Path, server: Server) -> None:
        self._folder = folder
        self._server = server

    def call(self, path: str, reply: tuple[int, str, Any], **arguments: Any) -> Any:
        self._server.reply = reply
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        with Coze(token="pat_test", base_url=address, max_retries=0) as coze:
            client = coze._client  # pyright: ignore[reportPrivateUsage]
            method = importlib.import_module("coze_api.resources").CozeAPI(client)
            for step in path.split("."):
                method = getattr(method, step)
            try:
                return method(**arguments)
            except Exception as error:  # noqa: BLE001  # a probe may ask for any
                return error

    def sent(self) -> Sent:
        return self._server.sent

    def source(self, file: str) -> str:
        return (self._folder / "coze_api" / file).read_text(encoding="utf-8")


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in read_yaml(path.read_text(encoding="utf-8"), path):
            marks = [pytest.mark.xfail(strict=True)] if case.pop("xfail", False) else []
            yield pytest.param(case, id=f"{path.stem}: {case['name']}", marks=marks)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose package ``coze_api`` can be imported while the test runs."""
    before = {name: module for name, module in sys.modules.items() if name.startswith("coze_api")}
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("coze_api")]:
        del sys.modules[name]
    sys.modules.update(before)
    shutil.rmtree(tmp_path / "coze_api", ignore_errors=True)


def emit(text: str, folder: Path) -> None:
    document = folder / "openapi" / "coze.yaml"
    document.parent.mkdir()
    head = HEAD if "openapi:" not in text else HEAD.partition("\n")[2]
    document.write_text(head + text, encoding="utf-8")
    for name, content in build(Project(folder), lambda _: None).files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@pytest.mark.parametrize("case", list(cases()))
def test_a_document_is_done_justice_or_refused(
    case: dict[str, Any], folder: Path, server: Server
) -> None:
    if "refused" in case:
        with pytest.raises(GeneratorError, match=case["refused"]) as caught:
            emit(case["document"], folder)
        assert caught.value.remedy
        assert (caught.value.pointer or "").startswith(case.get("pointer", "/")), str(caught.value)
        return
    emit(case["document"], folder)
    emitted = Emitted(folder, server)
    names = {"call": emitted.call, "sent": emitted.sent, "source": emitted.source, "json": json}
    assert eval(case["probe"], names)  # noqa: S307  # our own data

"""Each of many small documents is built and does what it says, or is refused (see cases/README.md)."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import Coze
from generator.build import Project, build
from generator.errors import GeneratorError
from generator.reader import read_yaml
from tests.generator.loopback import Sent, Server, imported, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "cases"
HEAD = "openapi: 3.0.3\ninfo: {title: Test, version: '1'}\nservers: [{url: 'https://api.example.com'}]\n"


class Emitted:
    """The package of one case, with what its probe may use."""

    def __init__(self, folder: Path, server: Server, coze: Coze) -> None:
        self._folder = folder
        self._server = server
        self._client = coze._client  # pyright: ignore[reportPrivateUsage]

    def call(self, path: str, reply: tuple[int, str, Any], **arguments: Any) -> Any:
        self._server.reply = reply
        method = importlib.import_module("coze_api.resources").CozeAPI(self._client)
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
    with serving() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with imported(tmp_path):
        yield tmp_path


def emit(text: str, folder: Path) -> None:
    document = folder / "openapi" / "coze.yaml"
    document.parent.mkdir()
    document.write_text(text if "openapi:" in text else HEAD + text, encoding="utf-8")
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
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with Coze(token="pat_test", base_url=address, max_retries=0) as coze:
        emitted = Emitted(folder, server, coze)
        names = {"call": emitted.call, "sent": emitted.sent, "source": emitted.source, "json": json}
        assert eval(case["probe"], names)  # noqa: S307  # our own data

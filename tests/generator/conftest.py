"""Inline document -> generate -> import -> exercise; and the command line, in this process."""

from __future__ import annotations

import gc
import importlib
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from generator.__main__ import main
from generator.emit import emit
from generator.normalise import normalise
from generator.plan import make_plan
from generator.vocabulary import check_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    Command = Callable[..., "Done"]
    Generate = Callable[[str | dict[str, Any]], "Package"]

HEAD = """
openapi: 3.0.3
info: {title: Test, version: '1'}
servers: [{url: 'https://api.example.com'}]
x-client-envelope: {data: data, fields: [code, msg]}
"""


class Package:
    """An emitted package, importable while the fixture lives."""

    def __init__(self, folder: Path, document: dict[str, Any]) -> None:
        self.folder = folder
        self.document = document

    def load(self, name: str = "") -> ModuleType:
        return importlib.import_module(f"coze_api.{name}" if name else "coze_api")

    def source(self, name: str) -> str:
        return (self.folder / "coze_api" / name).read_text(encoding="utf-8")


def document_of(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(HEAD + text)
    document.setdefault("paths", {})
    return document


@pytest.fixture
def generate(tmp_path: Path) -> Iterator[Generate]:
    before = {name: module for name, module in sys.modules.items() if name.startswith("coze_api")}

    def forget() -> None:
        for name in [name for name in sys.modules if name.startswith("coze_api")]:
            del sys.modules[name]

    def run(source: str | dict[str, Any]) -> Package:
        document = document_of(source) if isinstance(source, str) else source
        check_vocabulary(document)
        document = normalise(document)
        for name, content in emit(document, make_plan(document), lambda _: None).items():
            target = tmp_path / "coze_api" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        forget()
        importlib.invalidate_caches()
        return Package(tmp_path, document)

    sys.path.insert(0, str(tmp_path))
    yield run
    sys.path.remove(str(tmp_path))
    forget()
    sys.modules.update(before)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("overlays")


class Done(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    threshold = gc.get_threshold()

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["generator", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    yield run
    gc.set_threshold(*threshold)

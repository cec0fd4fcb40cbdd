"""A document through the whole pipeline: built, judged as code, imported, and called."""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
import typing
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from coze_core._decode import TypeDecoder
from coze_core._request import CallArguments, Request, write_request
from generator.build import Built, Project, build
from generator.reader import read_yaml
from tests.client.calls import at
from tests.hostile.hostile_texts import executed

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import ModuleType

    from coze_core import Endpoint

_FILE = re.compile(
    r"openapi\.yaml|coze_api/([a-z]+/)?[a-z_][a-z0-9_]*\.(py|json|typed)|docs/([a-z0-9_.]+\.md|llms\.txt)"
)
_DATA = (".json", ".yaml")
_IMPORTED = {
    *("__future__", "builtins", "collections.abc", "functools", "importlib", "types", "typing"),
    *("attrs", "coze_core", "coze_core._errors", "coze_core._lazy", "keyword", "re"),
    *("binascii", "coze_core._frameworks", "json"),
}
_CALLED = {
    "bool",
    *("Operation", "ListOperation", "BatchOperation", "StreamOperation", "Endpoint", "frozenset"),
    *("NumberPaging", "TokenPaging", "WindowPaging", "TypedDict", "Outcome", "Later", "Wait"),
    *("import_module", "getattr", "globals", "sorted", "AttributeError", "get"),
    *("call", "list", "batch", "stream", "download", "socket"),
    *("SocketOperation", "Pipe", "lazy", "_send", "_pipe"),
}
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class Recorder:
    """Stands where the runtime's client would, and keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, dict[str, Any]]] = []

    def __getattr__(self, kind: str) -> Any:
        def call(operation: Any, *_: Any, **parts: Any) -> None:
            self.asked.append((operation, parts))

        return call


class AsyncRecorder(Recorder):
    def __getattr__(self, kind: str) -> Any:
        record = super().__getattr__(kind)

        async def call(operation: Any, **parts: Any) -> None:
            record(operation, **parts)

        return record if kind in {"list", "stream", "socket"} else call


class Package:
    """What was emitted for a document, importable while it lives."""

    def __init__(self, built: Built) -> None:
        self.files = {name: content.decode() for name, content in built.files.items()}
        self.document: dict[str, Any] = json.loads(self.files["coze_api/openapi.json"])
        self.surface: dict[str, Any] = json.loads(self.files["coze_api/manifest.json"])["surface"]

    @property
    def code(self) -> dict[str, str]:
        return {name: text for name, text in self.files.items() if name.endswith(".py")}

    @staticmethod
    def load(name: str) -> ModuleType:
        return importlib.import_module(f"coze_api.{name}")

    def wires(self, path: str, place: str) -> dict[str, str]:
        """Return the arguments of a method in one part of the request, with their names there."""
        found = {
            name: argument["wire"].partition(".")
            for name, argument in self.surface["methods"][path]["arguments"].items()
        }
        return {name: wire for name, (where, _, wire) in found.items() if where == place}

    def ask(self, path: str, **arguments: object) -> tuple[Any, dict[str, Any]]:
        """Return what a method asks of the runtime; the asynchronous twin must ask the same."""
        recorder, twin = Recorder(), AsyncRecorder()
        at(self.load("resources").CozeAPI(recorder), path)(**arguments)
        method = at(self.load("resources").AsyncCozeAPI(twin), path)

        async def call() -> None:
            result = method(**arguments)
            if result is not None:
                await result

        anyio.run(call)
        assert recorder.asked == twin.asked
        return recorder.asked[0]


@contextmanager
def packaged(document: dict[str, Any]) -> Generator[Package]:
    """Yield the package of a document, built from its JSON file, checked and importable.

    Raises:
        GeneratorError: The document can't be built.
    """
    before = {name: module for name, module in sys.modules.items() if name.startswith("coze_api")}
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "document.json"
        source.write_text(json.dumps(document), encoding="utf-8")
        package = Package(build(Project(folder, candidate=source), lambda _: None))
        for file, text in package.files.items():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        _forget()
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        try:
            yield package
        finally:
            sys.path.remove(str(folder))
            _forget()
            sys.modules.update(before)
    assert not executed()


def _forget() -> None:
    for name in [name for name in sys.modules if name.startswith("coze_api")]:
        del sys.modules[name]


def check_code(package: Package) -> None:
    """Check that the files are where they belong, and hold only what emitted code is made of."""
    for name in package.files:
        assert _FILE.fullmatch(name), name
    trees = {name: ast.parse(text) for name, text in package.code.items()}
    nodes = [(name, node) for name, tree in trees.items() for node in ast.walk(tree)]
    classes = {node.name for _, node in nodes if isinstance(node, ast.ClassDef)}
    for name, text in package.files.items():
        if not name.endswith(_DATA):
            shown = {char for char in text if unicodedata.category(char) in _INVISIBLE}
            assert shown <= {"\n"}, name
    for name, node in nodes:
        match node:
            case ast.Import(names=names):
                assert {alias.name for alias in names} <= _IMPORTED, name
            case ast.ImportFrom(module=str(module), level=0):
                assert module in _IMPORTED or module.split(".")[0] == "coze_api", name
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
                assert called in _CALLED | classes or name == "coze_api/models/_model.py", called
            case ast.Lambda(body=body):
                assert not any(isinstance(part, ast.Call) for part in ast.walk(body)), name
            case ast.Import() | ast.ImportFrom() | ast.Call():
                pytest.fail(f"{name}: {ast.unparse(node)}")
            case _:
                pass
    assert read_yaml(package.files["openapi.yaml"], Path("openapi.yaml")) == package.document


def check_imports(package: Package) -> None:
    """Check that each module can be imported, and each annotation of a class evaluated."""
    for name in package.code:
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        importlib.import_module(module)
    models, params = package.load("models"), package.load("params")
    for name, entry in package.surface["models"].items():
        value = getattr(models, name)
        if "fields" in entry:
            typing.get_type_hints(value)
    for name, entry in package.surface["shapes"].items():
        if "keys" in entry:
            hints = typing.get_type_hints(getattr(params, name))
            assert list(hints) == list(entry["keys"])
    assert not executed()


def check_calls(package: Package) -> None:
    """Check that each method sends each argument under its own name, and nothing else by itself."""
    for path, entry in package.surface["methods"].items():
        arguments = {name: f"value of {number}" for number, name in enumerate(entry["arguments"])}
        operation, parts = package.ask(path, **arguments)
        for place in ("path", "query", "headers", "body", "files"):
            wires = package.wires(path, place)
            sent = {wire: arguments[name] for name, wire in wires.items()}
            rest = {key: value for key, value in parts.get(place, {}).items() if key not in sent}
            assert sent.items() <= parts.get(place, {}).items()
            assert all(isinstance(value, bool) for value in rest.values())
        for place in ("query", "body"):
            for wire in operation.lists & parts.get(place, {}).keys():
                parts[place][wire] = [parts[place][wire]]
        request = written(operation, parts)
        url = entry["operation"].partition(" ")[2]
        for name in package.wires(path, "path").values():
            url = url.replace(f"{{{name}}}", parts["path"][name].replace(" ", "%20"))
        assert request.url == "https://api.example.com" + url


def written(operation: Endpoint, parts: dict[str, Any]) -> Request:
    return write_request(
        operation, "https://api.example.com", {}, typing.cast("CallArguments", parts)
    )


def check_answers(package: Package) -> None:
    """Check that a model gives back under the same names what it decodes from JSON."""
    for name, entry in package.surface["models"].items():
        if "fields" not in entry:
            continue
        sent = {
            field["wire"]: f"value of {number}"
            for number, field in enumerate(entry["fields"].values())
        }
        model = TypeDecoder(getattr(package.load("models"), name)).decode(json.dumps(sent).encode())
        assert model.to_dict() == sent


def check_all(package: Package) -> None:
    check_code(package)
    check_imports(package)
    check_calls(package)
    check_answers(package)

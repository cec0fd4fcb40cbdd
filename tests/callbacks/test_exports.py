from __future__ import annotations

import ast
from pathlib import Path

import pytest

import coze_client
from coze_client import callbacks
from tests.core.imports import loaded_by


@pytest.mark.parametrize("name", callbacks.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(callbacks, name) is getattr(callbacks, name)
    assert name in dir(callbacks)


def test_checkers_and_programs_see_the_same_names() -> None:
    tree = ast.parse(Path(str(callbacks.__file__)).read_text("utf-8"))
    (branch,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = [
        alias.name
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert sorted(imported) == sorted(callbacks.__all__)
    assert coze_client.callbacks is callbacks


@pytest.mark.parametrize(
    "statement", ["from coze_client import Coze", "import coze_client.callbacks"]
)
def test_an_import_loads_nothing_heavy(statement: str) -> None:
    loaded = loaded_by(statement)
    assert not loaded & {"anyio", "attrs", "httpx", "logging", "msgspec", "coze_api.events"}


def test_receiving_needs_no_http_client_and_no_server() -> None:
    loaded = loaded_by(
        "from coze_client import callbacks; "
        "callbacks.ASGIApp(callbacks.Receiver('t'), lambda event: None); "
        "callbacks.Receiver('t').receive({}, b'{}', lambda event: None)"
    )
    assert not loaded & {"httpx", "starlette", "uvicorn"}

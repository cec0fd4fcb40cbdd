"""Work in processes that are killed, and what it leaves on the disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

Hook = Callable[[str, tuple[Any, ...]], None]

OLD = {"openapi.yaml": b"old" * 2000, "package/__init__.py": b"", "package/old.py": b"old = 1\n"}
NEW = {
    "openapi.yaml": b"new" * 3000,
    "package/__init__.py": b"",
    "package/new/new.py": b"new = 1\n",
}
_TOUCHING = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "open", "ctypes.dlsym"}
DOCUMENT = """
openapi: 3.0.3
info: {title: Test, version: '%s'}
servers: [{url: 'https://api.example.com'}]
paths:
  /v1/things:
    get:
      operationId: things.retrieve
      responses: {'200': {description: ok}}
"""


def without_exchange(event: str, arguments: tuple[Any, ...]) -> None:
    """Take the system call for exchanging folders away, as an audit hook."""
    if event == "ctypes.dlsym" and arguments[1] == "renameat2":
        raise AttributeError(arguments[1])


def in_child(work: Callable[[], object], *hooks: Hook) -> int:
    """Start a process that does the work, under audit hooks, and ends."""
    child = os.fork()
    if child:
        return child
    try:
        for hook in hooks:
            sys.addaudithook(hook)
        work()
    except BaseException:  # noqa: BLE001  # whatever it is, the child must not go on in the tests
        os._exit(1)
    os._exit(0)


def outcome(child: int) -> int:
    """Return how it ended: minus the signal, or the exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class KillBefore:
    """Kills its process before the n-th thing that it does to the file system."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if event in _TOUCHING:
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
            self.left -= 1


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


HOOKS = pytest.mark.parametrize("hooks", [(), (without_exchange,)], ids=["exchange", "renames"])

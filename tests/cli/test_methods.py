"""Every method of the client is a command, with the same result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.calls import METHODS, Call, call_of
from tests.fuzz.effort import sampled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from coze_sandbox import Sandbox
    from tests.cli.conftest import Ran


COMMANDS = [path for path, method in METHODS.items() if method["kind"] != "socket"]


def words_of(path: str) -> list[str]:
    return [part.strip("_").replace("_", "-") for part in path.split(".")]


def as_options(call: Call, folder: Path) -> dict[str, Any]:
    """Return the arguments of a call, with its files on the disk."""
    options = dict(call.arguments)
    for name, value in options.items():
        if isinstance(value, tuple):
            (folder / value[0]).write_bytes(value[1])
            options[name] = value[0]
    return options


@pytest.mark.parametrize("path", sampled(COMMANDS, 4))
def test_a_command_sends_what_the_method_sends_and_prints_json(
    coze: Callable[..., Ran], coze_sandbox: Sandbox, home: Path, path: str
) -> None:
    call = call_of(path)
    (home / "all.json").write_text(json.dumps(as_options(call, home)), "utf-8")
    extra = ["--output", "out.bin"] if call.kind == "download" else []
    ran = coze(*words_of(path), "@all.json", *extra)
    assert (ran.status, ran.err) == (0, "")
    request = coze_sandbox.requests[0]
    assert request.method == METHODS[path]["operation"].split()[0]
    if "body" in call.parts and "files" not in call.parts:
        assert call.parts["body"].items() <= request.json().items()
    assert dict(request.query).keys() == call.parts.get("query", {}).keys()
    printed = [json.loads(line) for line in ran.out.splitlines()]
    match call.kind:
        case "list":
            assert len(printed) >= len(coze_sandbox.requests) > 0
        case "stream":
            assert len(printed) > 2
            assert all(event.keys() == {"event", "data"} for event in printed)
        case "download":
            assert (home / "out.bin").stat().st_size > 1000
        case _:
            assert (len(printed) == 0) == (METHODS[path]["returns"] == "None")


@pytest.mark.parametrize("path", sampled(COMMANDS, 4))
def test_the_help_of_a_command_names_its_options(coze: Callable[..., Ran], path: str) -> None:
    ran = coze(*words_of(path), "--help")
    assert ran.status == 0
    for name in call_of(path).arguments:
        assert f"--{name.strip('_').replace('_', '-')}" in ran.out

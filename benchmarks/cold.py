"""What a program pays before and for its first call: each lap is a process of its own."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.answers import PAGE
from benchmarks.figures import Lap, Measured
from benchmarks.peers import RAW
from benchmarks.processes import (
    CLIENT_CORE,
    PACKAGES,
    PYTHON,
    ROOT,
    MeasuringError,
    environment,
    pinned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IMPORT = "import"
FIRST_CALL = "import, construct, first list call"
_ROUNDS = 15


class _Program(NamedTuple):
    imports: str
    call: str


_FRAME = """
import sys, time
sys.path += {packages}
wall, cpu = time.perf_counter(), time.process_time()
{work}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
sys.path.append({root!r})
import json
from benchmarks.memory import peak_memory
print(json.dumps([wall, cpu, peak_memory(), {seen}]))
"""
_PROGRAMS = {
    RAW: _Program(
        "import httpx",
        """
import json
client = httpx.Client(base_url=url, headers={"Authorization": "Bearer token"})
response = client.get("/v1/bots", params={"workspace_id": "1"}).raise_for_status()
items = json.loads(response.content)["data"]["items"]
""",
    ),
    "coze-client": _Program(
        "from coze_client import Coze",
        """
client = Coze(token="token", base_url=url)
items = client.bots.list(workspace_id="1").items
""",
    ),
    "cozepy": _Program(
        "from cozepy import Coze, TokenAuth",
        """
client = Coze(auth=TokenAuth("token"), base_url=url)
items = client.bots.list(space_id="1", use_api_version=2).items
""",
    ),
    "openapi-python-client": _Program(
        """
from stock_client import AuthenticatedClient
from stock_client.api.default import bots_list
""",
        """
client = AuthenticatedClient(base_url=url, token="token")
items = bots_list.sync(client=client, workspace_id="1").data.items
""",
    ),
}


def measure(url: str, packages: Sequence[Path], rounds: int | None) -> list[Measured]:
    """Measure the import alone, and with it all that the first call needs.

    Args:
        url: Where the server answers.
        packages: Folders with packages that peers import.
        rounds: Processes of each peer, instead of the usual number.

    Raises:
        MeasuringError: A program failed, or received something wrong.
    """
    folders = [str(folder) for folder in (*PACKAGES, *packages)]
    imports: dict[str, list[Lap]] = {peer: [] for peer in _PROGRAMS}
    calls: dict[str, list[Lap]] = {peer: [] for peer in _PROGRAMS}
    for number in range(1 + (rounds or _ROUNDS)):
        for peer, program in _PROGRAMS.items():
            whole = f"{program.imports}\nurl = '{url}/plain'\n{program.call}"
            first = _lap(peer, folders, program.imports, str(PAGE))
            second = _lap(peer, folders, whole, "len(items)")
            if number:  # the first round writes the bytecode
                imports[peer].append(first)
                calls[peer].append(second)
    return [Measured(IMPORT, "program", 1, imports), Measured(FIRST_CALL, "program", 1, calls)]


def _lap(peer: str, folders: list[str], work: str, seen: str) -> Lap:
    program = _FRAME.format(packages=folders, work=work, root=str(ROOT), seen=seen)
    with pinned(CLIENT_CORE):
        done = subprocess.run(  # our own program
            [PYTHON, "-W", "ignore", "-c", program],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise MeasuringError(f"{peer}: the program failed.\n{done.stderr}")
    wall, cpu, memory, items = json.loads(done.stdout)
    if items != PAGE:
        raise MeasuringError(f"{peer}: {items} items; due are {PAGE}")
    return Lap(wall, cpu, memory)

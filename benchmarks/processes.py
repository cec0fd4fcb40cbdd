"""Starts the processes that answer and those that are measured, each kind on its core."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast
from urllib.request import urlopen

from tests.faults.echo_server import make_certificate

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

ROOT = Path(__file__).parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PACKAGES = [ROOT / "facade", ROOT / "generated"]
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = {_CORES[0]}, {_CORES[-1]}


class MeasuringError(Exception):
    """Something could not be measured, or what a peer received is wrong."""


@contextmanager
def pinned(cores: set[int]) -> Generator[None]:
    """Keep this process, and those that it starts meanwhile, on some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(packages: Sequence[Path] = ()) -> dict[str, str]:
    """Return the environment of a process: this one's, but for what would change how Python starts.

    Args:
        packages: Folders with packages that the process can import.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    path = os.pathsep.join([str(BIN), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "PYTHONPATH": os.pathsep.join(map(str, packages))}


class Served(NamedTuple):
    """What the server is reached with.

    Attributes:
        url: Its URL.
        tls: Its URL over TLS.
        certificate: The file with the certificate to trust there.
    """

    url: str
    tls: str
    certificate: Path

    def connections(self) -> int:
        """Return how many connections were opened; asking opens one."""
        with urlopen(f"{self.url}/connections") as answer:  # noqa: S310  # our own server
            return int(answer.read())


@contextmanager
def serving() -> Generator[Served]:
    """Run the server."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_certificate(folder)
        command = [str(PYTHON), "-m", "benchmarks.server", name]
        with running(command, environment([ROOT])) as line:
            yield Served(*line.split(), folder / "ca.pem")


@contextmanager
def running(command: Sequence[str], env: Mapping[str, str]) -> Generator[str]:
    """Run a server on its core until the block is left, and give the line that it prints."""
    with pinned(SERVER_CORE):
        process = subprocess.Popen(  # our own modules
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
        )
    with process:
        try:
            yield _line(process.stdout, "The server").strip()
        finally:
            process.terminate()


class Worker:
    """A process that runs laps.

    Args:
        peer: One of `benchmarks.peers.MODULES`.
        url: Where the server answers.
        method: What to do in each lap.
        packages: Folders with packages, besides our own.
        certificate: The file with the certificate to trust, where the URL is one of TLS.
    """

    def __init__(
        self,
        peer: str,
        url: str,
        method: str,
        packages: Sequence[Path] = (),
        certificate: Path | None = None,
    ) -> None:
        self._name = f"{peer}, {method}"
        with pinned(CLIENT_CORE):
            self._process = subprocess.Popen(  # our own module
                [PYTHON, "-m", "benchmarks.worker", peer, url, method],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=environment([ROOT, *PACKAGES, *packages])
                | ({"SSL_CERT_FILE": str(certificate)} if certificate else {}),
            )
        self.able: bool = self._heard()["able"]

    def lap(self, count: int) -> Mapping[str, Any]:
        """Run a lap and give what was measured."""
        asked = cast("IO[str]", self._process.stdin)
        asked.write(f"{count}\n")
        asked.flush()
        return self._heard()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _heard(self) -> Mapping[str, Any]:
        return json.loads(_line(self._process.stdout, self._name))


def _line(stream: IO[str] | None, name: str) -> str:
    line = stream.readline() if stream else ""
    if not line:
        raise MeasuringError(f"{name}: the process ended too early; its error stands above.")
    return line

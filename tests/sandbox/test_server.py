from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from coze_sandbox import RecordedRequest, Sandbox, Scenario
from tests.processes import python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADERS = {"authorization": "Bearer secret-token"}
SHOP = "/v1/shops/1/goods"
WITHOUT = """
import sys
sys.modules[{module!r}] = None
try:
    from coze_sandbox import Sandbox
except ModuleNotFoundError as error:
    print(error)
"""


def test_a_sandbox_serves_while_it_is_entered(document: dict[str, Any]) -> None:
    with Sandbox(document) as sandbox:
        url = sandbox.url
        assert httpx.get(f"{url}{SHOP}", headers=HEADERS).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}{SHOP}", headers=HEADERS)
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


def test_a_sandbox_can_be_entered_again(document: dict[str, Any]) -> None:
    sandbox = Sandbox(document)
    for _ in range(2):
        with sandbox:
            assert httpx.get(f"{sandbox.url}{SHOP}", headers=HEADERS).status_code == 200


def test_several_sandboxes_run_at_once(document: dict[str, Any]) -> None:
    with Sandbox(document, items=1) as one, Sandbox(document, items=2) as two:
        one.scenario(Scenario(result={"total": 9}))
        totals = [
            httpx.get(f"{sandbox.url}{SHOP}", headers=HEADERS).json()["data"]["total"]
            for sandbox in (one, two)
        ]
        assert totals == [9, 2]
        assert (len(one.requests), len(two.requests)) == (1, 1)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_callers_may_be_asynchronous(document: dict[str, Any], backend: str) -> None:
    pytest.importorskip(backend)

    async def call() -> int:
        with Sandbox(document) as sandbox:
            async with httpx.AsyncClient(base_url=sandbox.url, headers=HEADERS) as client:
                return (await client.get(SHOP)).status_code

    assert anyio.run(call, backend=backend) == 200


def test_the_end_does_not_wait_for_slow_answers(document: dict[str, Any]) -> None:
    caught: list[Exception] = []

    def call(url: str) -> None:
        try:
            httpx.get(url, headers=HEADERS, timeout=60)
        except httpx.TransportError as error:
            caught.append(error)

    with Sandbox(document) as sandbox:
        sandbox.scenario(Scenario(delay=60))
        thread = threading.Thread(target=call, args=(f"{sandbox.url}{SHOP}",))
        thread.start()
        while not sandbox.requests:
            threading.Event().wait(0.01)
    thread.join(timeout=20)
    assert [type(error) for error in caught] == [httpx.RemoteProtocolError]


def test_requests_are_recorded_without_their_token(sandbox: Sandbox, http: httpx.Client) -> None:
    body = {"name": "a"}
    http.put("/v1/shops/a%2Fb?q=1&q=2", json=body, headers=HEADERS)
    request = sandbox.requests[-1]
    assert isinstance(request, RecordedRequest)
    assert (request.method, request.path) == ("PUT", "/v1/shops/a%2Fb")
    assert request.query == (("q", "1"), ("q", "2"))
    assert request.operation == "shops.update"
    assert request.json() == body
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "..."
    assert "secret" not in repr(vars(request))


def test_a_token_without_scheme_is_not_recorded_either(sandbox: Sandbox) -> None:
    httpx.get(f"{sandbox.url}{SHOP}", headers={"authorization": "secret-token"})
    assert "secret" not in repr(vars(sandbox.requests[-1]))


def test_what_is_recorded_has_bounds_in_number_and_bytes(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    http.get(SHOP)
    sandbox.requests.extend(sandbox.requests * 12_000)
    http.put("/v1/shops/1", json={"name": "first"}, headers=HEADERS)
    assert len(sandbox.requests) == 10_000
    big = replace(sandbox.requests[-1], body=bytes(8 << 20))
    sandbox.requests[:] = [big] * 9
    http.put("/v1/shops/1", json={"name": "last"}, headers=HEADERS)
    assert [len(one.body) for one in sandbox.requests] == [8 << 20] * 7 + [len(b'{"name":"last"}')]


def test_a_reset_forgets_requests(sandbox: Sandbox, http: httpx.Client) -> None:
    http.get(SHOP)
    sandbox.reset()
    assert sandbox.requests == []


def test_a_document_can_be_a_file(document: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with Sandbox(file) as sandbox:
        assert httpx.get(f"{sandbox.url}{SHOP}", headers=HEADERS).status_code == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", r"openapi\.json: .*Give an OpenAPI document as JSON"), ("{}", "no `paths`")],
)
def test_a_file_that_is_no_document_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        Sandbox(file)


def test_a_negative_number_of_items_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="items is -1"):
        Sandbox(document, items=-1)


@pytest.mark.parametrize("module", ["uvicorn", "starlette", "openapi_core"])
def test_a_missing_dependency_is_named_with_its_remedy(module: str) -> None:
    code = WITHOUT.format(module=module)
    done = python("-c", code)
    assert "run `pip install coze-client[sandbox]`" in done.stdout
    assert module in done.stdout


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Let children be interrupted, even if the tests run in the background, where they can't."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_the_module_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-m", "coze_sandbox", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=path,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(url).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("port", ["taken", "70000"])
def test_a_port_that_cannot_be_served_is_one_line(tmp_path: Path, port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = port.replace("taken", str(other.getsockname()[1]))
        done = python("-m", "coze_sandbox", "--port", number, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"the sandbox cannot start on port {number}: ")

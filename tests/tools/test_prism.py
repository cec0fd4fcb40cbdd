"""Prism serves the corrected document, and takes every request of the client as one that fits."""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from coze_client import APIError, Coze
from tests.client.calls import CALLS, call_of
from tests.tools.conftest import DOCUMENT, node_tool

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [node_tool("prism"), "mock", "--multiprocess", "false", "--host", "127.0.0.1"]
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    output = tmp_path_factory.mktemp("prism") / "output.txt"
    with (
        output.open("w") as file,
        subprocess.Popen(
            [*command, "--port", str(port), str(DOCUMENT)], stdout=file, stderr=subprocess.STDOUT
        ) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            retrying = httpx.HTTPTransport(retries=10)  # waits longer and longer to be let in
            with httpx.Client(transport=retrying) as client:
                client.get(url)
        except httpx.ConnectError:
            pytest.fail(output.read_text())
        else:
            yield url
        finally:
            server.terminate()


@pytest.mark.parametrize("path", CALLS)
def test_every_method_sends_what_prism_expects_and_reads_what_it_answers(
    prism: str, path: str
) -> None:
    responses: list[httpx.Response] = []
    http_client = httpx.Client(event_hooks={"response": [responses.append]})
    call = call_of(path)
    accept = {"Accept": "text/event-stream"} if call.kind == "stream" else None
    with http_client, Coze("token", base_url=prism, http_client=http_client) as coze:
        result = call.on(coze.with_options(headers=accept))(**call.arguments)
        if call.kind == "stream":
            with result:
                assert [event.event for event in result][-1].lower() == "done"
        elif call.kind == "download":
            result.close()
    assert violations(responses) == []
    assert [response.status_code for response in responses] == [200]


def violations(responses: list[httpx.Response]) -> list[Any]:
    headers = (response.headers.get("sl-violations", "[]") for response in responses)
    return [violation for header in headers for violation in json.loads(header)]


def test_prism_refuses_what_does_not_fit(prism: str) -> None:
    with Coze("token", base_url=prism) as coze, pytest.raises(APIError) as caught:
        coze.datasets.create(name="a", space_id="1", format_type="many")  # pyright: ignore[reportArgumentType]
    assert caught.value.status_code >= 400

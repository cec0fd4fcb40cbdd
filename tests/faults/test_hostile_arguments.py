"""What callers pass on from strangers reaches the server as data and as nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from coze_core import CozeError, Endpoint, Operation
from tests.core.scripted_server import answer
from tests.core.things import GET, SOUND, UPLOAD, Thing
from tests.faults.fault_shapes import DONE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Serve

HOSTILE = [
    "../admin",
    "a/../../admin",
    "..%2fadmin",
    "%2e%2e",
    "%2e%2e%2fadmin",
    "a%00b",
    "..;/admin",
    "a\\..\\admin",
    "a?admin=1",
    "a#fragment",
    "a&b=1",
    "a=b",
    "a b+c",
    "a\r\nX-Evil: 1",
    "a\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
    "a\x00b",
    "a\tb",
    "//evil.test/",
    "http://evil.test/",
    "@evil.test",
    "{thing_id}",
    "{0.__class__}",
    "%s%n",
    "你好",
    "e\u0301\u202e",
    "\U0001f600",
    "...",
    ". ",
    " ",
    "~",
    "x" * 5000,
]
ASK: Operation[Thing] = Operation("things.ask", "GET", "/ask", result=lambda: Thing)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_path_argument_is_one_segment_on_the_wire(run: Runner, serve: Serve, text: str) -> None:
    server = serve(DONE)
    assert run(run.client(server).call, GET, path={"thing_id": text}).id == "1"
    (seen,) = server.seen
    assert seen.target.isascii()
    start, end = seen.target.split("/things/")
    assert start == ""
    assert not set(end) & set("/?#\\ ")
    assert unquote(end) == text
    assert seen.headers["x-evil"] is None


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_a_path_argument_that_no_quoting_saves_is_refused(
    run: Runner, serve: Serve, text: str
) -> None:
    server = serve(DONE)
    with pytest.raises(CozeError, match="would address something else"):
        run(run.client(server).call, GET, path={"thing_id": text})
    assert server.seen == []


@pytest.mark.parametrize("text", [*HOSTILE, "", ".", ".."])
def test_a_query_argument_is_one_value_on_the_wire(run: Runner, serve: Serve, text: str) -> None:
    server = serve(DONE)
    run(run.client(server).call, ASK, query={"q": text, "n": 1})
    (seen,) = server.seen
    url = urlsplit(seen.target)
    assert url.path == "/ask"
    assert url.fragment == ""
    assert parse_qsl(url.query, keep_blank_values=True) == [("q", text), ("n", "1")]
    assert seen.headers["x-evil"] is None


@pytest.mark.parametrize("text", [text for text in HOSTILE if set(text) & set("\r\n\0你é\u202e")])
def test_a_header_that_would_add_another_is_refused(run: Runner, serve: Serve, text: str) -> None:
    server = serve(DONE)
    client = run.client(server)
    with pytest.raises(CozeError, match="X-Mine") as caught:
        run(client.call, ASK, headers={"X-Mine": text})
    assert "X-Evil" not in str(caught.value)
    assert server.seen == []


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "a\nb", "a\0b", " ", "é"])
def test_a_token_that_would_add_a_header_is_refused_and_not_told(run: Runner, text: str) -> None:
    with pytest.raises(CozeError) as caught:
        run.client("http://api.test", token=text)
    assert text.strip() == "" or text not in str(caught.value)


@pytest.mark.parametrize("text", [*HOSTILE, 'a"; name="b', "a\r\n--boundary", ""])
def test_form_fields_and_file_names_stay_in_their_part(
    run: Runner, serve: Serve, text: str
) -> None:
    server = serve(DONE)
    run(
        run.client(server).call,
        UPLOAD,
        body={"name": text},
        files={"file": (text, b"content", "text/plain")},
    )
    field, file = server.seen[0].form
    assert field["content-disposition"].params["name"] == "name"
    assert field.get_payload(decode=True) == text.encode()
    assert sorted(file) == ["Content-Disposition", "Content-Type"]
    assert file["content-disposition"].params["name"] == "file"
    assert file.get_payload(decode=True) == b"content"
    head = server.seen[0].body.partition(b"content\r\n")[0].rpartition(b"--")[2]
    assert head.count(b"\r\n") <= 4
    assert b"/" not in head.partition(b'filename="')[2].partition(b'"')[0]


@pytest.mark.parametrize(
    "value",
    [
        'attachment; filename="../../outside"',
        'attachment; filename="/tmp/outside"',
        "attachment; filename*=UTF-8''..%2foutside",
        'attachment; filename="C:\\\\outside"',
        'inline; filename="sound.mp3"',
    ],
)
def test_the_name_that_a_server_gives_a_file_is_never_a_path(
    run: Runner, serve: Serve, tmp_path: Path, value: str
) -> None:
    server = serve(answer(body=b"sound", kind="audio/mpeg", Content_Disposition=value))
    inside = tmp_path / "inside"
    inside.mkdir()
    download = run(run.client(server).download, SOUND)
    assert run(download.write_to, inside / "mine") == 5
    assert [path.name for path in tmp_path.rglob("*")] == ["inside", "mine"]
    assert download.response.headers["content-disposition"] == value


def test_the_braces_of_an_argument_are_not_filled_in(run: Runner, serve: Serve) -> None:
    pair: Operation[Any] = Operation("p", "GET", "/a/{one}/b/{two}", result=lambda: Thing)
    assert isinstance(pair, Endpoint)
    server = serve(DONE)
    run(run.client(server).call, pair, path={"one": "{two}", "two": "{one}"})
    assert unquote(server.seen[0].target) == "/a/{two}/b/{one}"

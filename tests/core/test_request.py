from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coze_core import CozeError, Endpoint
from coze_core._encoding import header_map
from coze_core._report import Redaction
from coze_core._request import Request, write_request

if TYPE_CHECKING:
    from pathlib import Path

ITEM = Endpoint(
    "boxes.items.get",
    "GET",
    "/boxes/{box_id}/items/{item_id}",
    headers={"X-Version": "2"},
    delimiters={"ids": ","},
)
POST = Endpoint("boxes.post", "POST", "/boxes")
FORM = Endpoint("boxes.upload", "POST", "/upload", encoding="multipart")


def write(endpoint: Endpoint = POST, **parts: Any) -> Request:
    headers = parts.pop("client_headers", {})
    return write_request(endpoint, "https://api.test/base", header_map(headers), parts)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_path_argument_cannot_leave_its_segment(text: str) -> None:
    if text in {".", ".."}:
        return
    url = write(ITEM, path={"box_id": text, "item_id": "1"}).url
    start, end = "https://api.test/base/boxes/", "/items/1"
    assert url.startswith(start)
    assert url.endswith(end)
    segment = url[len(start) : -len(end)]
    assert not set(segment) & set("/?#\\{} ")
    assert unquote(segment) == text


@pytest.mark.parametrize("value", ["", ".", "..", None, "\ud800"])
def test_a_path_argument_that_addresses_something_else_is_refused(value: Any) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.items\.get: item_id "):
        write(ITEM, path={"box_id": "1", "item_id": value})


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "\x7f", "é"])
def test_a_header_value_cannot_add_a_header(value: str) -> None:
    with pytest.raises(CozeError, match="X-Trace") as caught:
        write(headers={"X-Trace": value})
    assert value not in str(caught.value)
    with pytest.raises(CozeError, match="X-Trace"):
        write(client_headers={"X-Trace": value})


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\nb", "é"])
def test_a_header_name_must_be_one(name: str) -> None:
    with pytest.raises(CozeError, match="is not a header name"):
        write(headers={name: "1"})


def test_headers_are_merged_by_name_in_any_case() -> None:
    request = write(
        ITEM,
        client_headers={"x-version": "1", "X-Mine": "client", "X-Other": "kept"},
        path={"box_id": "1", "item_id": "2"},
        headers={"x-mine": True, "X-None": None},
    )
    assert dict(request.headers.values()) == {
        "X-Version": "2",
        "x-mine": "true",
        "X-Other": "kept",
    }


def test_query_values_are_written_as_the_api_reads_them() -> None:
    query = {
        "a": "text",
        "b": True,
        "c": False,
        "d": 7,
        "e": 0.5,
        "f": None,
        "g": ["x", 1, True],
        "h": [],
        "i": {"k": [1]},
    }
    assert write(query=query).query == [
        ("a", "text"),
        ("b", "true"),
        ("c", "false"),
        ("d", "7"),
        ("e", "0.5"),
        ("g", "x"),
        ("g", "1"),
        ("g", "true"),
        ("i", '{"k":[1]}'),
    ]


@pytest.mark.parametrize(
    ("ids", "text"),
    [(["1", "2"], "1,2"), (("1",), "1"), ([], ""), ("1", "1"), ([3, True], "3,true")],
)
def test_lists_are_joined_with_commas_where_the_api_wants_it(ids: Any, text: str) -> None:
    path = {"box_id": "1", "item_id": "2"}
    assert write(ITEM, path=path, query={"ids": ids}).query == [("ids", text)]


@pytest.mark.parametrize("ids", [["1,2"], [None], "1,2"])
def test_what_commas_would_split_is_refused(ids: Any) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.items\.get: ids "):
        write(ITEM, path={"box_id": "1", "item_id": "2"}, query={"ids": ids})


@pytest.mark.parametrize("parts", [{"query": {"a": "\udcff"}}, {"body": {"a": ["\udcff"]}}])
def test_text_that_cannot_be_encoded_is_refused(parts: Any) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.upload: a contains an unpaired surrogate"):
        write(FORM, **parts)


def test_the_url_of_errors_and_answers_has_the_query() -> None:
    request = write(query={"q": "a b&c", "n": 1})
    assert str(request.info) == "POST https://api.test/base/boxes?q=a%20b%26c&n=1"


def test_a_body_is_json_without_what_is_not_given() -> None:
    request = write(body={"name": "你好", "none": None, "inner": {"none": None}, "big": 2**70})
    assert json.loads(request.content or b"") == {
        "name": "你好",
        "inner": {"none": None},
        "big": 2**70,
    }
    assert dict(request.headers.values()) == {"Content-Type": "application/json"}


def test_an_empty_body_is_an_empty_object_and_no_body_is_none() -> None:
    assert write(body={"a": None}).content == b"{}"
    assert write().content is None
    assert "content-type" not in write().headers


@pytest.mark.parametrize("value", [object(), {1j: 1}, "\ud800", lambda: None])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.post: the body cannot be written as JSON"):
        write(body={"a": value})


def test_a_form_has_its_fields_as_text_and_keeps_the_boundary_of_its_own() -> None:
    request = write(
        FORM,
        client_headers={"Content-Type": "text/plain"},
        body={"a": True, "b": ["x", "y"], "c": {"k": 1}, "d": None},
    )
    assert [(part.name, part.content) for part in request.form] == [
        ("a", b"true"),
        ("b", b"x"),
        ("b", b"y"),
        ("c", b'{"k":1}'),
    ]
    assert not request.headers


def test_files_are_bytes_open_files_paths_or_tuples(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(b"la la")
    zipped = io.BytesIO(b"zip")
    with path.open("rb") as opened:
        values = {
            "bytes": b"1",
            "path": path,
            "opened": opened,
            "memory": zipped,
            "named": ("../up/a.wav", b"2"),
            "typed": ("b.wav", zipped, "audio/wav"),
        }
        request = write(FORM, files={**values, "none": None})
        assert [tuple(part)[:4] for part in request.form] == [
            ("bytes", "bytes", b"1", None),
            ("path", "song.wav", path, None),
            ("opened", "song.wav", opened, None),
            ("memory", "memory", zipped, None),
            ("named", "a.wav", b"2", None),
            ("typed", "b.wav", zipped, "audio/wav"),
        ]


class Pipe:
    """Can be read once, and knows no length."""

    def read(self) -> bytes:
        return b"from a pipe"


def test_a_file_that_does_not_know_its_length_is_read_at_once() -> None:
    (part,) = write(FORM, files={"file": Pipe()}).form
    assert part.content == b"from a pipe"


def closed_file() -> io.BytesIO:
    file = io.BytesIO(b"")
    file.close()
    return file


@pytest.mark.parametrize(
    "value",
    [
        "a path as text",
        7,
        io.StringIO("text"),
        closed_file(),
        ("a", "text"),
        ("a", b"", "audio/wav\r\nX-Evil: 1"),
        ("a", b"", "audio"),
        ("a", b"", "audio/wav", {}),
    ],
)
def test_what_is_no_file_is_refused(value: Any) -> None:
    with pytest.raises(CozeError, match=r"^boxes\.upload: "):
        write(FORM, files={"file": value})


def test_lists_in_paths_and_headers_are_joined_with_commas() -> None:
    request = write(ITEM, path={"box_id": ["a,b", "c/d"], "item_id": 1}, headers={"X-Tags": [1, 2]})
    assert request.url == "https://api.test/base/boxes/a%2Cb,c%2Fd/items/1"
    assert request.headers["x-tags"] == ("X-Tags", "1,2")
    with pytest.raises(CozeError, match="',' separates"):
        write(headers={"X-Tags": ["a,b"]})
    with pytest.raises(CozeError, match="item_id is ''"):
        write(ITEM, path={"box_id": "1", "item_id": []})


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
        st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_a_form_in_the_url_encoding_says_what_was_given(fields: dict[str, str]) -> None:
    request = write(Endpoint("boxes.post", "POST", "/boxes", encoding="form"), body=fields)
    assert request.headers["content-type"] == ("Content-Type", "application/x-www-form-urlencoded")
    content = (request.content or b"").decode()
    assert dict(parse_qsl(content, keep_blank_values=True)) == fields


def test_lists_in_a_form_are_repeated_or_joined() -> None:
    endpoint = Endpoint("a.b", "POST", "/", encoding="form", delimiters={"x": "|"})
    assert write(endpoint, body={"x": ["1", "2"], "y": ["3", "4"]}).content == b"x=1%7C2&y=3&y=4"


def test_a_form_may_hold_several_files_under_one_name_and_media_types() -> None:
    endpoint = Endpoint(
        "a.b",
        "POST",
        "/",
        encoding="multipart",
        media_types={"files": "image/png", "about": "application/json"},
    )
    files = [b"one", ("two.gif", b"two", "image/gif")]
    request = write(endpoint, body={"about": {"a": 1}}, files={"files": files, "one": ("a", b"")})
    assert [(part.name, part.filename, part.content, part.media_type) for part in request.form] == [
        ("about", None, b'{"a":1}', "application/json"),
        ("files", "files-1", b"one", "image/png"),
        ("files", "two.gif", b"two", "image/gif"),
        ("one", "a", b"", None),
    ]


def test_a_raw_body_is_the_whole_file_with_its_media_type(tmp_path: Path) -> None:
    endpoint = Endpoint("a.b", "POST", "/", encoding="raw", media_types={"body": "audio/wav"})
    path = tmp_path / "a.mp3"
    path.write_bytes(b"whole")
    file = io.BytesIO(b"whole")
    file.read(2)
    for value, media_type in (
        (b"whole", "audio/wav"),
        (path, "audio/wav"),
        (file, "audio/wav"),
        (("a.mp3", b"whole", "audio/mpeg"), "audio/mpeg"),
    ):
        request = write(endpoint, files={"body": value})
        assert (request.content, request.headers["content-type"][1]) == (b"whole", media_type)
    assert write(endpoint, files={"body": None}).content is None


def test_none_is_sent_as_null_where_the_api_asks_for_it() -> None:
    endpoint = Endpoint("a.b", "POST", "/", null_fields=frozenset({"x"}))
    assert write(endpoint, body={"x": None, "y": None}).content == b'{"x":null}'


def test_the_texts_of_a_form_are_hidden_in_reports() -> None:
    request = write(
        Endpoint("a.b", "POST", "/", encoding="form"), body={"bot_id": "7", "x": "ab cd ef"}
    )
    redaction = Redaction(request)
    assert '{"bot_id":"7","x":"***"}' in redaction.curl()
    assert redaction.scrub("it said ab cd ef") == "it said ***"

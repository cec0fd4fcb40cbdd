"""What a folder may hold: both kinds of examples, and files that are broken in any way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.conform.checks import conform
from tests.fuzz.effort import fuzzed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conform.conftest import Checker

LISTED = """
endpoints:
- endpoint: PUT /v1/datasets/{dataset_id}/images/{document_id}
  kind: json
  request_example:
    method: PUT
    url: https://api.example/v1/datasets/1/images/2
    json: {caption: cat}
  response_example: {code: 0, msg: ''}
- endpoint: POST /v1/audio/voiceprint_groups/{group_id}/features
  kind: multipart
  request_example:
    method: POST
    url: https://api.example/v1/audio/voiceprint_groups/3/features
    form: {file: {file: /a/b.wav}, name: x}
- endpoint: GET /v1/bots
  request_example: {method: GET, url: 'https://api.example/v1/bots?workspace_id=1&page_num='}
- endpoint: GET /v1/chat
  kind: websocket
- endpoint: GET /v1/nothing
"""


def test_a_list_of_endpoints_is_read(tmp_path: Path) -> None:
    (tmp_path / "endpoints.yaml").write_text(LISTED)
    report = conform(tmp_path)
    verdicts = [outcome.verdict for outcome in report.outcomes]
    assert verdicts == ["ok", "ok", "ok", "skipped", "unknown"], report.text()
    assert report.summary["requests"]["plain"] == 3


def test_a_folder_may_hold_all_kinds_and_a_file_may_stand_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "endpoints.yml").write_text(LISTED)
    (tmp_path / "one.json").write_text('{"method": "get", "path": "/v1/bots", "responses": []}')
    (tmp_path / "notes.yaml").write_text("hello: world")
    (tmp_path / "readme.md").write_text("hello")
    report = conform(tmp_path)
    assert len(report.outcomes) == 6
    assert report.others == ("notes.yaml",)
    assert len(conform(tmp_path / "one.json").outcomes) == 1


BROKEN = {
    "no JSON": ("a.json", "{", "the file is broken"),
    "a list": ("a.json", "[]", "the document is not an object"),
    "a method that is a number": ("a.json", '{"method": 1, "path": "/a", "sse": []}', "$.method"),
    "no path": ("a.json", '{"method": "GET", "requests": []}', "`path`"),
    "requests that are none": ("a.json", '{"method": "GET", "path": "/", "requests": [1]}', "[0]"),
    "no YAML": ("a.yaml", "a: [", "the file is broken"),
    "an endpoint without a path": ("a.yaml", "endpoints: [{endpoint: GET}]", "not a method and a"),
    "an endpoint that is a text": ("a.yaml", "endpoints: [hello]", "/endpoints/0"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_line_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    file, text, expected = BROKEN[name]
    (tmp_path / file).write_text(text)
    (tmp_path / "good.json").write_text('{"method": "GET", "path": "/v1/bots"}')
    report = conform(tmp_path)
    assert report.failed
    assert len(report.outcomes) == 1
    (line,) = [line for line in report.text().splitlines() if line.startswith("broken")]
    assert file in line
    assert expected in line


ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
PATHS = ["POST /v3/chat", "GET /v1/bots/{bot_id}", "POST /v1/audio/speech", "POST /v1/files/upload"]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    method, _, path = draw(st.sampled_from(PATHS)).partition(" ")
    request = st.fixed_dictionaries(
        {"method": st.just(method)},
        optional={
            "url": st.text(max_size=20),
            "path_params": st.dictionaries(st.just("bot_id"), ATOMS),
            "query": st.dictionaries(st.sampled_from(["conversation_id", "x"]), VALUES),
            "body": VALUES | st.dictionaries(st.sampled_from(["bot_id", "file", "stream"]), VALUES),
        },
    )
    printed = st.lists(st.sampled_from(["event: done", "data: {", "data: 1", "}", "", "#"]))
    return {
        "method": method,
        "path": path,
        "requests": draw(st.lists(request, max_size=2)),
        "responses": draw(st.lists(VALUES, max_size=2)),
        "sse": draw(st.lists(printed.map("\n".join), max_size=1)),
    }


@given(documents())
@fuzzed(12)
def test_no_example_is_too_odd_for_a_report(check: Checker, content: dict[str, Any]) -> None:
    report = check(content)
    assert len(report.outcomes) == 1
    assert len(report.text().splitlines()) == 2
    assert json.loads(report.json())["outcomes"]

"""The API reference: each call that it shows runs, and each answer has the form of a real one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from coze_client import Coze, response_of
from tests.client.calls import METHODS, call_of

if TYPE_CHECKING:
    from coze_sandbox import Sandbox

FOLDER = Path(__file__).parents[2] / "generated" / "docs"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
API = PAGES.pop("api")


def methods(page: str) -> dict[str, str]:
    """Return the parts of a page that are about methods, by path."""
    parts = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    found = {part.partition("\n")[0]: part for part in parts}
    return {name: part for name, part in found.items() if name != "Types"}


def block(part: str, title: str) -> str:
    match = re.search(
        rf'^=== "{title}"\n\n    ```\w+\n(.*?)\n    ```', part, re.MULTILINE | re.DOTALL
    )
    return dedent(match[1]) if match else ""


PARTS = {path: part for page in PAGES.values() for path, part in methods(page).items()}


def test_every_public_method_is_on_its_page_and_in_the_list() -> None:
    assert PARTS.keys() == METHODS.keys()
    assert {path for path in METHODS if f"[`{path}`]" in API} == METHODS.keys()


@pytest.mark.parametrize("path", PARTS)
def test_the_calls_of_a_method_run(
    path: str, coze_sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = set()
    for title in ("Sync", "Async"):
        exec(compile(block(PARTS[path], title), title, "exec"), {})  # noqa: S102  # that is the point
        expected.add(coze_sandbox.requests[-1].method)
        assert capsys.readouterr().out or METHODS[path]["returns"] == "None"
    assert expected == {METHODS[path]["operation"].split()[0]}


STATES = {"completed_at", "failed_at", "last_error", "meta_data", "required_action", "usage"}
"""What a chat has in some of its states alone, or only if it was sent."""


def lacking(shown: Any, sent: Any, place: str = "") -> list[str]:
    """Return the places of a shown answer that a sent one lacks."""
    if isinstance(shown, dict) and isinstance(sent, dict) and sent:
        return [
            fault
            for key, value in shown.items()
            if key in sent or key not in STATES
            for fault in (
                lacking(value, sent[key], f"{place}.{key}") if key in sent else [f"{place}.{key}"]
            )
        ]
    if isinstance(shown, list) and isinstance(sent, list) and shown and sent:
        return lacking(shown[0], sent[0], f"{place}[0]")
    return [] if is_container(sent) == is_container(shown) else [f"{place} is {sent!r}"]


def is_container(value: Any) -> bool:
    return isinstance(value, dict | list)


ANSWERED = [path for path, part in PARTS.items() if block(part, "Answer")]


def test_most_methods_show_an_answer() -> None:
    assert len(ANSWERED) > len(PARTS) / 2


@pytest.mark.parametrize("path", ANSWERED)
def test_an_answer_has_the_form_of_one_that_the_sandbox_sends(
    path: str, coze_sandbox: Sandbox
) -> None:
    call = call_of(path)
    with Coze() as coze:
        method = call.on(coze)
        if call.kind == "list":
            response = response_of(method(**call.arguments))
        else:
            response = coze.with_response(method, **call.arguments)
        sent = json.loads(response.body)
    shown = json.loads(block(PARTS[path], "Answer"))
    whole = {key: value for key, value in sent.items() if key not in {"code", "msg", "detail"}}
    assert min(lacking(shown, whole), lacking(shown, sent.get("data")), key=len) == []
    assert coze_sandbox.requests


def test_a_link_within_a_page_leads_to_a_heading_of_it() -> None:
    for name, page in PAGES.items():
        headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
        anchors = {re.sub(r"[^\w-]", "", heading.lower()) for heading in headings}
        assert set(re.findall(r"\]\(#(.*?)\)", page)) <= anchors, name

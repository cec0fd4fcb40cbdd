"""The page for users of cozepy has all of it, and leads nowhere in vain."""

from __future__ import annotations

import inspect
import re
import runpy
import subprocess
from functools import reduce
from pathlib import Path
from typing import Any, Final

import pytest

import coze_client
from coze_client import Coze

ROOT: Final = Path(__file__).parents[2]
SCRIPT: Final[dict[str, Any]] = runpy.run_path(str(ROOT / ".ci" / "cozepy_pages.py"))
BENCH: Final = ROOT / ".venv-bench" / "bin" / "python"


@pytest.mark.parametrize("language", SCRIPT["TARGETS"])
def test_the_page_is_what_the_script_writes(language: str) -> None:
    written = SCRIPT["TARGETS"][language].read_text(encoding="utf-8")
    assert written == SCRIPT["page"](language), "run: make cozepy"


@pytest.mark.parametrize("language", SCRIPT["TARGETS"])
def test_the_page_names_every_method_argument_class_and_event(language: str) -> None:
    page = SCRIPT["page"](language)
    rows = {match[1]: match[0] for match in re.finditer(r"^\| `(.*?)` \|.*$", page, re.MULTILINE)}
    theirs = SCRIPT["THEIRS"]
    assert len(theirs["methods"]) > 80
    assert theirs["methods"].keys() | theirs["names"].keys() <= rows.keys()
    for name, method in theirs["methods"].items():
        assert all(f"`{argument}`" in rows[name] for argument in method["arguments"]), name
    for enumeration in ("ChatEventType", "WorkflowEventType"):
        for member in theirs["names"][enumeration]["values"]:
            assert f"{enumeration}.{member}" in rows


def test_every_method_and_argument_that_the_page_leads_to_exists() -> None:
    methods = [SCRIPT["our_method"](name) for name in SCRIPT["THEIRS"]["methods"]]
    assert SCRIPT["NOTES"]["arguments"].keys() | SCRIPT["NOTES"]["notes"].keys() <= {*methods}
    assert SCRIPT["renamed"]("bots.list") == {"space_id": "workspace_id", "use_api_version": None}
    for path in methods:
        takes = SCRIPT["arguments_of"](path)
        assert {new for new in SCRIPT["renamed"](path).values() if new} <= set(takes), path


def test_every_name_that_the_page_leads_to_can_be_imported() -> None:
    options = inspect.signature(Coze).parameters.keys()
    rows = SCRIPT["class_rows"]({"nothing": ""})
    ours = {name for _, cell in rows for name in re.findall(r"`([\w.=]+)[`(]", cell)}
    assert len(ours) > 80
    for name in ours - {"COZE_LOG=", "list", "chat.create_and_poll"}:
        if name.endswith("="):
            assert name.removesuffix("=") in options
        else:
            assert reduce(getattr, name.split("."), coze_client)
    for call in SCRIPT["NOTES"]["messages"].values():
        for name in re.findall(r"messages\.\w+", call):
            assert reduce(getattr, name.split("."), coze_client)


def test_what_the_page_says_of_defaults_holds() -> None:
    texts = " ".join(one["en"] for one in SCRIPT["NOTES"]["traps"])
    with Coze(token="none") as coze:
        wait = inspect.signature(coze.chat.create_and_poll).parameters
    assert (wait["deadline"].default, wait["cancel_on_deadline"].default) == (600, False)
    assert "600 s by default" in texts
    assert inspect.signature(Coze).parameters["max_retries"].default == 2
    assert "repeated twice" in texts


def test_the_surface_is_of_the_version_that_is_measured() -> None:
    lock = (ROOT / "requirements" / "bench.txt").read_text(encoding="utf-8")
    version = SCRIPT["THEIRS"]["version"]
    assert re.findall(r"^cozepy==(\S+)", lock, re.MULTILINE) == [version], "run: make cozepy"


@pytest.mark.skipif(not BENCH.exists(), reason="needs cozepy: make .venv-bench/.ready")
def test_the_surface_is_that_of_the_package() -> None:
    script = ROOT / ".ci" / "cozepy_surface.py"
    done = subprocess.run(
        [BENCH, "-W", "ignore", script], check=True, capture_output=True, text=True
    )
    recorded = (ROOT / ".ci" / "cozepy.json").read_text(encoding="utf-8")
    assert done.stdout == recorded, "run: make cozepy"

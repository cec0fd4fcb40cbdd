"""The verdict on the client is what a type checker says of a program made for the old one."""

from __future__ import annotations

import copy
import os
import shutil
from pathlib import Path
from typing import Any, Final

from generator.diff.comparison import compare_states
from generator.diff.document import Document
from generator.diff.rules import Verdict
from generator.diff.surface import State
from generator.emit import emit
from generator.manifest import surface
from generator.normalise import normalise
from generator.plan import make_plan
from generator.spec import join
from tests.diff.consumer_edits import DOCUMENT, edits
from tests.typing.pyright import errors

Json = Any
CONSUMER: Final = Path(__file__).with_name("consumer.py")
# Emitting and checking takes a second for each edit: every day, one of each of these kinds will do.
KINDS: Final = (
    "a new property",
    "removed",
    "renamed",
    "required or not",
    "another type",
    "a new value",
    "a new needed argument",
    "a renamed class",
)
ALL: Final = dict(edits())
CHOSEN: Final = (
    ALL
    if os.environ.get("COZE_CAMPAIGN")
    else {kind: next(ALL[name] for name in ALL if name.startswith(kind)) for kind in KINDS}
)


def made(folder: Path, document: Json) -> State:
    """Emit a client for a document beside a copy of the consumer."""
    document = normalise(document)
    plan = make_plan(document)
    for name, content in emit(document, plan, lambda _: None).items():
        target = folder / "coze_api" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    shutil.copy(CONSUMER, folder / "consumer.py")
    shown = surface(plan)
    names = [name for section in ("models", "shapes") for name in shown[section]]
    classes = {join("/components/schemas", name): name for name in names}
    return State(Document(document), shown, classes)


def test_a_checker_complains_where_the_verdict_says_so_and_nowhere_else(tmp_path: Path) -> None:
    old = made(tmp_path / "old", copy.deepcopy(DOCUMENT))
    verdicts: dict[str, Verdict] = {}
    roots: dict[str, str] = {}
    for number, (name, edit) in enumerate(CHOSEN.items()):
        document = copy.deepcopy(DOCUMENT)
        edit(document)
        assert document != DOCUMENT, name
        roots[name] = f"new{number}"
        verdicts[name] = Verdict.on(compare_states(old, made(tmp_path / roots[name], document)))
    found = errors(tmp_path, ["old", *roots.values()], "consumer.py")
    assert found["old"] == []
    message = {name: verdict.client for name, verdict in verdicts.items()}
    wrong = {
        name: f"{level}, and a checker finds {found[roots[name]] or 'no errors'}"
        for name, level in message.items()
        if (level in {"none", "safe"}) != (found[roots[name]] == [])
    }
    assert wrong == {}
    assert set(message.values()) >= {"safe", "breaking"}

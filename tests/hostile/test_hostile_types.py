"""Hostile names hide nothing from type checkers: what is emitted for them is typed as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.hostile_documents import Node, with_fields, with_operation, with_text
from tests.hostile.hostile_package import packaged
from tests.hostile.hostile_texts import AWKWARD, PAYLOADS, PYTHON
from tests.typing.pyright import errors

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [word for word in PYTHON if word != "_"]


def with_method_list() -> Node:
    """Return a document with a method and a resource called ``list`` beside others that answer with lists."""
    one, other = with_operation("list"), with_operation("get", "things.list")
    other["paths"] = {f"/other{path}": item for path, item in other["paths"].items()}
    del one["paths"]["/v1/c"]
    one["paths"]["/v1/a"]["get"]["operationId"] = "others.list"
    one["paths"]["/v1/b"]["get"]["operationId"] = "others.zoo"
    return one | {"paths": one["paths"] | other["paths"]}


DOCUMENTS = {
    "fields": with_fields("class", *WORDS),
    "texts": with_text("".join(PAYLOADS + AWKWARD)),
    "methods": with_method_list(),
}


def test_hostile_packages_are_typed(tmp_path: Path) -> None:
    for root, document in DOCUMENTS.items():
        with packaged(document) as package:
            for name, text in package.files.items():
                target = tmp_path / root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="")
    assert errors(tmp_path, DOCUMENTS) == {root: [] for root in DOCUMENTS}

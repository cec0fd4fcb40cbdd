"""The tree of methods is read from top to bottom in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator.json_values import is_array, is_object
from generator.spec import load

if TYPE_CHECKING:
    from collections.abc import Iterator

OVERLAYS = Path(__file__).parents[2] / "overlays"
NAMES = OVERLAYS / "80-names.yaml"


def named(value: Any) -> Iterator[str]:
    """Yield the ``operationId`` of each operation below a value, but for requests of callbacks."""
    if is_object(value):
        if "operationId" in value:
            yield value["operationId"]
        for key, inner in value.items():
            if key != "callbacks":
                yield from named(inner)
    elif is_array(value):
        for inner in value:
            yield from named(inner)


@pytest.mark.parametrize("path", sorted({*OVERLAYS.glob("*.yaml")} - {NAMES}), ids=lambda p: p.name)
def test_no_topic_names_an_operation(path: Path) -> None:
    assert [*named(load(path))] == []


def test_the_page_of_names_names_each_operation_of_the_document() -> None:
    effective = load(OVERLAYS.parent / "generated" / "openapi.yaml")
    page = [*named(load(NAMES))]
    assert sorted(page) == sorted(named(effective))

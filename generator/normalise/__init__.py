"""Brings the idioms of the upstream document into plain OpenAPI, in small passes.

Each pass makes a new document of an old one and knows nothing of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.normalise._examples import examples
from generator.normalise._limits import check_limits
from generator.normalise._media import media_types
from generator.normalise._names import name_components
from generator.normalise._operations import empty_bodies, ignored_headers, response_descriptions
from generator.normalise._order import foreign_keys, usual_order
from generator.normalise._references import (
    check_references,
    drop_unreferenced,
    lone_references,
)
from generator.normalise._schemas import check_types, enum_names, formats, property_order, required
from generator.normalise._sharing import shared_parameters, written_out
from generator.normalise._texts import rich_text, titles
from generator.normalise.structure import check_structure
from generator.values import clone

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.normalise.parts import Node

__all__ = ["PASSES", "normalise"]

PASSES: Final[tuple[Callable[[Node], Node], ...]] = (
    check_structure,
    written_out,
    shared_parameters,
    ignored_headers,
    media_types,
    drop_unreferenced,
    check_references,
    titles,
    rich_text,
    formats,
    check_types,
    enum_names,
    required,
    property_order,
    empty_bodies,
    response_descriptions,
    examples,
    foreign_keys,
    lone_references,
    name_components,
    check_limits,
    usual_order,
)


def normalise(document: Node) -> Node:
    """Run all passes.

    Afterwards every object with properties is a component under its class name, and so is every
    integer enumeration whose members have names; the rest stands where it is used.

    Args:
        document: The document with all overlays applied; it is left as it is.

    Raises:
        GeneratorError: A reference leads nowhere, or a class has no name or two meanings.
    """
    document = clone(document)
    for change in PASSES:
        document = change(document)
    return document

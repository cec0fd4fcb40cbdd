"""Brings the idioms of the upstream document into plain OpenAPI, in small passes.

Each pass makes a new document of an old one and knows nothing of the others.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from generator.errors import GeneratorError, raise_all
from generator.json_values import clone
from generator.normalise._limits import check_limits
from generator.normalise._names import name_components
from generator.normalise._operations import (
    empty_bodies,
    ignored_headers,
    inline_references,
    response_descriptions,
    shared_parameters,
)
from generator.normalise._order import drop_vendor_extensions, sort_keys
from generator.normalise._references import (
    check_references,
    drop_unreferenced,
    unused,
    without_references,
    wrap_ref_siblings,
)
from generator.normalise._schemas import (
    check_types,
    enum_names,
    examples,
    formats,
    property_order,
    required,
    values,
)
from generator.normalise._texts import rich_text, titles
from generator.normalise.media import media_types
from generator.normalise.structure import check_structure
from generator.normalise.walk import marked, origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.normalise.walk import Node

__all__ = ["PASSES", "Normalised", "marked", "normalise", "run_passes", "unused"]

PASSES: Final[tuple[Callable[[Node], Node], ...]] = (
    check_structure,
    inline_references,
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
    drop_vendor_extensions,
    wrap_ref_siblings,
    values,
    name_components,
    check_limits,
    sort_keys,
)
_SPARED: Final = (required, check_types, name_components)
"""The passes without which a document is still OpenAPI; the others count on each other."""


@frozen
class Normalised:
    """What the passes made of a document, as far as they came.

    Attributes:
        document: The document; plain OpenAPI if there are no errors.
        errors: What the passes refuse, with pointers into the document as it was before them.
        complete: Whether the passes came to their end, perhaps with errors.
        before: The document before the passes.
    """

    document: Node = field(repr=False)
    errors: tuple[GeneratorError, ...]
    complete: bool
    before: Node = field(repr=False)

    def origin(self, error: GeneratorError) -> GeneratorError:
        """Return an error about the document, with the pointer of the place before the passes."""
        return _moved(error, self._marked)

    @cached_property
    def _marked(self) -> Node:
        return _run(marked(self.before)).document


def run_passes(document: Node) -> Normalised:
    """Run all passes, and go on after errors for as long as there is something to go on with.

    Afterwards every object with properties is a component under its class name, and so is every
    integer enumeration whose members have names; the rest stands where it is used. The document is
    left as it is.
    """
    done = _run(document)
    if done.errors:
        # A document without marks is what other tools expect; only errors need them.
        again = _run(marked(document))
        done = evolve(done, errors=again.errors or done.errors)
    return done


def normalise(document: Node) -> Node:
    """Run all passes; see ``run_passes``.

    Raises:
        GeneratorError: A reference leads nowhere, or a class has no name or two meanings.
    """
    done = run_passes(document)
    raise_all(done.errors)
    return done.document


def _run(document: Node) -> Normalised:
    result, errors = clone(document), list[GeneratorError]()
    for change in PASSES:
        try:
            result = change(result)
        except GeneratorError as error:
            errors += (_moved(one, result) for one in error.errors)
            if change is check_references:
                result = without_references(result, error.errors)
                if _refuses(change, result):
                    break
            elif change not in _SPARED:
                break
    else:
        return Normalised(result, tuple(errors), complete=True, before=document)
    return Normalised(result, tuple(errors), complete=False, before=document)


def _refuses(check: Callable[[Node], Node], document: Node) -> bool:
    try:
        check(document)
    except GeneratorError:
        return True
    return False


def _moved(error: GeneratorError, document: Node) -> GeneratorError:
    """Return an error about a marked document with the pointer that its marks give."""
    pointer = None if error.pointer is None else origin(document, error.pointer)
    return error.with_(pointer=pointer)

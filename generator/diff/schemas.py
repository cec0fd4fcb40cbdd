"""Compares a pair of schemas in every aspect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.diff.keywords import compare_keywords, compare_null, compare_types
from generator.diff.objects import compare_objects
from generator.diff.structure import compare_conditions, compare_discriminators
from generator.diff.unions import compare_unions, compare_wrapped

if TYPE_CHECKING:
    from generator.diff.graph import Graph, Pair


def compare_schemas(graph: Graph, pair: Pair) -> None:
    """Fill in the differences of a pair, and the pairs inside it."""
    wrapped = compare_wrapped(graph, pair)
    if wrapped is not None:
        pair.findings = (wrapped, *compare_null(pair.old, pair.new))
        return
    types = compare_types(pair.old, pair.new)
    if types is not None and types.aspect == "type-changed":
        # Nothing below can be compared with anything.
        pair.findings = (types, *compare_null(pair.old, pair.new))
        return
    unions, alternatives = compare_unions(graph, pair)
    objects, inner = compare_objects(graph, pair)
    pair.edges = (*inner, *alternatives)
    pair.findings = (
        *([types] if types else ()),
        *compare_keywords(pair.old, pair.new),
        *unions,
        *objects,
        *compare_conditions(graph, pair),
        *compare_discriminators(pair),
    )

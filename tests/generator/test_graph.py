"""Cycles are found, however deep."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.graph import components_of

NAMES = st.sampled_from("abcdef")
GRAPHS = st.dictionaries(NAMES, st.sets(NAMES)).map(
    lambda edges: {name: edges.get(name, set()) for name in "abcdef"}
)


def reaches(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


@given(GRAPHS)
def test_two_names_share_a_component_exactly_if_each_reaches_the_other(
    graph: dict[str, set[str]],
) -> None:
    home = {name: group for group in components_of(graph) for name in group}
    assert set(home) == set(graph)
    for one in graph:
        for other in graph:
            mutual = other in reaches(graph, one) and one in reaches(graph, other)
            assert (home[one] == home[other]) == (one == other or mutual)


def test_a_chain_of_ten_thousand_does_not_recurse() -> None:
    graph = {str(n): {str(n + 1)} for n in range(10_000)} | {"10000": set[str]()}
    assert len(components_of(graph)) == 10_001

"""The cycles of a graph of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet


def circles(graph: Mapping[str, AbstractSet[str]]) -> list[tuple[str, ...]]:
    """Return the strongly connected components that hold a circle; other names lead nowhere."""
    known = {name: {one for one in targets if one in graph} for name, targets in graph.items()}
    groups = components_of(known)
    return [group for group in groups if any(known[one] & {*group} for one in group)]


def components_of(  # noqa: C901  # one algorithm, in one piece
    graph: Mapping[str, AbstractSet[str]],
) -> list[tuple[str, ...]]:
    """Return the strongly connected components of a graph, each sorted by name.

    Tarjan's algorithm on a stack of its own: a long chain of names does not recurse.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[tuple[str, ...]] = []

    def enter(name: str) -> tuple[str, Iterator[str]]:
        index[name] = low[name] = len(index)
        stack.append(name)
        on_stack.add(name)
        return name, iter(sorted(graph[name]))

    for root in sorted(graph):
        if root in index:
            continue
        work = [enter(root)]
        while work:
            name, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    work.append(enter(successor))
                    break
                if successor in on_stack:
                    low[name] = min(low[name], index[successor])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[name])
                if low[name] == index[name]:
                    group: list[str] = []
                    while not group or group[-1] != name:
                        group.append(stack.pop())
                        on_stack.discard(group[-1])
                    found.append(tuple(sorted(group)))
    return found

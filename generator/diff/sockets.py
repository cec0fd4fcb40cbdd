"""Compare the events of WebSockets: those that a program sends, and those that it receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from generator.diff.document import object_at, objects_at
from generator.diff.located import Located, Root
from generator.diff.operations import Operation, operation_key
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.document import Part
    from generator.diff.graph import Direction, Graph
    from generator.diff.located import ClientPart

_KEY = "x-client-socket"
_WORDS = {"send": "sent", "receive": "received"}


@frozen
class Sockets:
    """The events of an operation that opens a WebSocket, old and new.

    Attributes:
        graph: Where schemas are paired.
        old: The older operation.
        new: The newer one.
    """

    graph: Graph
    old: Operation
    new: Operation

    def compare(self) -> Iterator[tuple[Operation, list[Located | Root]]]:
        """Yield each event as an operation of its own, with its changes and the place of its data.

        What is sent is judged as a request is, what is received as an answer.
        """
        sides: tuple[tuple[str, Direction], ...] = (("send", "request"), ("receive", "response"))
        for side, direction in sides:
            olds, news = self._events(self.old, side), self._events(self.new, side)
            for event in {**olds, **news}:
                operation = self._operation(side, event)
                if event in olds and event in news:
                    pair = self.graph.pair((olds[event],), (news[event],))
                    subject = ("event", operation.key)
                    yield operation, [Root(pair, "body", direction, "data", subject)]
                else:
                    yield operation, [self._existence(operation, side, event, olds, news)]

    @staticmethod
    def _events(operation: Operation, side: str) -> dict[str, Part]:
        return dict(objects_at(object_at(operation.part, _KEY), side))

    def _operation(self, side: str, event: str) -> Operation:
        method, path = side.upper(), f"{self.new.path}#{event}"
        return Operation(method, path, operation_key(method, path), self.new.part, {})

    def _existence(
        self,
        operation: Operation,
        side: str,
        event: str,
        old: Mapping[str, Part],
        new: Mapping[str, Part],
    ) -> Located:
        verb = "removed" if event in old else "added"
        places = [
            found[event][1] if event in found else join(owner.part[1], _KEY, side)
            for found, owner in ((old, self.old), (new, self.new))
        ]
        values = (event, None) if event in old else (None, event)
        affected: set[ClientPart] = {("method", operation.key)}
        affected |= {
            ("class", name)
            for owner in (self.old, self.new)
            if side == "receive"
            and isinstance(name := object_at(owner.part, _KEY)[0].get("events"), str)
        }
        rule = f"event-{_WORDS[side]}-{verb}"
        return Located(
            rule, operation.label, "", *values, places[0], places[1], frozenset(affected)
        )

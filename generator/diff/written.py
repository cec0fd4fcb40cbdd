"""Actions of overlays, and which of them made a change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.spec import join, split
from generator.values import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.diff.change import Change
    from generator.lines import Lines
    from generator.overlay import Action

Place = tuple[str, ...]
"""A JSON pointer, split."""


@frozen
class Written:
    """An action of an overlay, and the places of the corrected documents that it concerns.

    Attributes:
        file: The overlay.
        action: The action.
        text: What it says.
        targets: The places.
        lines: The lines of the overlay; of one that the action is gone from, none.
    """

    file: str
    action: Action
    text: str
    targets: tuple[Place, ...]
    lines: Lines | None

    @classmethod
    def of(
        cls,
        file: str,
        action: Action,
        documents: tuple[dict[str, Any], dict[str, Any]],
        lines: Lines | None,
    ) -> Written:
        """Return an action, with what it selects in the corrected documents, old and new."""
        targets = {
            tuple(map(str, match.parts))
            for document in documents
            for match in action.query.select(document)
        }
        return cls(file, action, action_key(action), tuple(targets), lines)

    def score(self, change: Change, places: list[Place]) -> int:
        """Return how likely the action makes a change, from how near to it the action writes."""
        best = 0
        for place in places:
            for target in self.targets:
                if place[: len(target)] == target:
                    rest = place[len(target) :]
                    inner = _depth(self.action.value, rest)
                    written = not rest or inner > 0 or self.action.kind != "update"
                    best = max(best, 2 * (len(target) + inner) + 2 if written else 0)
                elif target[: len(place)] == place:
                    best = max(best, 2 * len(place))
        names = [json.dumps(value) for value in (change.old, change.new) if isinstance(value, str)]
        return best or int(any(name in self.text for name in names))

    def line(self, places: list[Place]) -> int | None:
        """Return the line that wrote one of the places."""
        if self.lines is None:
            return None
        here = join("/actions", self.action.number - 1)
        for place in reversed(places):
            for target in self.targets:
                if target and place[: len(target)] == target and self.action.kind == "update":
                    return self.lines.of(join(here, "update", *place[len(target) :]))
        return self.lines.of(here)


def places_of(change: Change, at: Change) -> Iterator[Place]:
    """Yield the places of a change in the corrected documents, old and new."""
    for pointer in (at.old_at, at.new_at):
        place = tuple(split(pointer))
        yield place
        if "-became-" in change.id and place[-2:-1] == ("properties",):
            yield (*place[:-2], "required")


def _depth(value: Any, place: tuple[str, ...]) -> int:
    """Return how far a value reaches along a place."""
    for depth, part in enumerate(place):
        if not is_object(value) or part not in value:
            return depth
        value = value[part]
    return len(place)


def action_key(action: Action) -> str:
    """Return what an action does, wherever it stands."""
    value = str(action.value) if action.kind == "copy" else action.value
    return json.dumps([action.target, action.kind, value], sort_keys=True, ensure_ascii=False)

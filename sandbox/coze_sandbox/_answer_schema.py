"""What the JSON answer of an operation looks like."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from coze_sandbox._document import JSON
from coze_sandbox._json import ABSENT, Object, at, is_array
from coze_sandbox._lists import Collection

if TYPE_CHECKING:
    from coze_sandbox._document import Operation
    from coze_sandbox._synthesis import Synthesiser


class AnswerSchema:
    """The schema of an answer, and what is made from it once.

    Args:
        operation: whose answer it is.
        synthesiser: makes the values.
        items: how many items a collection has.
    """

    def __init__(self, operation: Operation, synthesiser: Synthesiser, items: int) -> None:
        content = operation.answers.get(JSON, {})
        self._schema: Object = content.get("schema", {})
        self._example = _example(content)
        self._pagination = operation.pagination
        self._synthesiser = synthesiser
        self._items = items

    @cached_property
    def template(self) -> Any:
        """The answer to a call that asks for nothing in particular; copy it before a change."""
        made = self._synthesiser.value(self._schema, example=self._example)
        return {} if made is ABSENT else made

    @cached_property
    def collection(self) -> Collection:
        """The seeded collection, where the answer is a page of one."""
        place = self._pagination.items if self._pagination else ""
        return Collection(lambda number: self.item(place, number), self._items)

    def item(self, place: str, seed: int) -> Any:
        """Make an item of the list at a place."""
        examples = at(self._example, place)
        example = examples[0] if is_array(examples) and examples else ABSENT
        node = self._synthesiser.merge_all_of(self.node(place)).get("items", {})
        return self._synthesiser.value(node, seed=seed, example=example)

    def node(self, place: str = "") -> Object:
        """Return the schema at a dotted place, an empty one where nothing is known."""
        node = self._schema
        for step in filter(None, place.split(".")):
            node = self._synthesiser.merge_all_of(node).get("properties", {}).get(step, {})
        return node


def _example(content: Object) -> Any:
    """Return the example of a media type."""
    if "example" in content:
        return content["example"]
    examples: Object = content.get("examples", {})
    return next((one.get("value", ABSENT) for one in examples.values()), ABSENT)

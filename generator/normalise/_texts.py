"""Passes over texts: prose stands in ``description``, as Markdown."""

from __future__ import annotations

from typing import Any, Final

from generator.json_values import is_array, is_object
from generator.normalise._delta import markdown
from generator.normalise._punctuation import full_width
from generator.normalise.walk import Node, Part, omit, rewrite

_VALUES: Final = frozenset({"example", "default", "enum"})
_DESCRIBED: Final = ("path", "operation", "parameter", "body", "response", "schema")


def titles(document: Node) -> Node:
    """Turn a schema's ``title`` into its description.

    The title holds the published prose; a description beside it is a note among developers.
    """

    def change(part: Part) -> Node:
        if not part.node.get("title"):
            return omit(part.node, "title")
        return omit(part.node, "title") | {"description": part.node["title"]}

    return rewrite(document, {"schema": change})


def rich_text(document: Node) -> Node:
    """Turn descriptions in the JSON of a rich text editor into Markdown; keep its punctuation."""

    def change(part: Part) -> Node:
        if "description" not in part.node:
            return part.node
        return part.node | {"description": full_width(markdown(part.node["description"]))}

    return rewrite(document, dict.fromkeys(_DESCRIBED, change))


def with_texts(one: Node, other: Node) -> Node:
    """Return a schema with all that another one of the same shape says of its parts.

    Args:
        one: The schema; its own description stays.
        other: The other schema.
    """
    text = one.get("description") or other.get("description")
    return _united(one, other) | ({"description": text} if text else {})


def _united(one: Any, other: Any) -> Any:
    if is_array(one) and is_array(other) and len(one) == len(other):
        return [_united(*pair) for pair in zip(one, other, strict=True)]
    if not (is_object(one) and is_object(other)):
        return one
    found = {
        key: value if key in _VALUES or key not in other else _united(value, other[key])
        for key, value in one.items()
    }
    said = (node.get("description") for node in (one, other))
    texts = [*dict.fromkeys(text for text in said if isinstance(text, str))]
    if texts:
        left = [text for text in texts if not any(text in more for more in texts if more != text)]
        found["description"] = "\n\n".join(left)
    return found

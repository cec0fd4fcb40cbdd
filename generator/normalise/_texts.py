"""Passes over texts: prose stands in ``description``, as Markdown."""

from __future__ import annotations

from typing import Final

from generator.normalise._delta import markdown
from generator.normalise.parts import Node, Part, rewrite, without

_DESCRIBED: Final = ("path", "operation", "parameter", "body", "response", "schema")


def titles(document: Node) -> Node:
    """A schema's ``title`` is prose, so it becomes the description if there is none, and goes."""

    def change(part: Part) -> Node:
        if "title" not in part.node:
            return part.node
        rest = without(part.node, "title")
        return rest if rest.get("description") else rest | {"description": part.node["title"]}

    return rewrite(document, {"schema": change})


def rich_text(document: Node) -> Node:
    """Descriptions in the JSON of a rich text editor become Markdown."""

    def change(part: Part) -> Node:
        if "description" not in part.node:
            return part.node
        return part.node | {"description": markdown(part.node["description"])}

    return rewrite(document, dict.fromkeys(_DESCRIBED, change))

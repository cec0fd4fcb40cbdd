"""Passes over texts: prose stands in ``description``, as Markdown."""

from __future__ import annotations

from typing import Final

from generator.normalise._delta import markdown
from generator.normalise._punctuation import full_width
from generator.normalise.walk import Node, Part, omit, rewrite

_DESCRIBED: Final = ("path", "operation", "parameter", "body", "response", "schema")


def titles(document: Node) -> Node:
    """A schema's ``title`` becomes its description.

    The title holds the published prose; a description beside it is a note among developers.
    """

    def change(part: Part) -> Node:
        if not part.node.get("title"):
            return omit(part.node, "title")
        return omit(part.node, "title") | {"description": part.node["title"]}

    return rewrite(document, {"schema": change})


def rich_text(document: Node) -> Node:
    """Descriptions in the JSON of a rich text editor become Markdown, punctuated as published."""

    def change(part: Part) -> Node:
        if "description" not in part.node:
            return part.node
        return part.node | {"description": full_width(markdown(part.node["description"]))}

    return rewrite(document, dict.fromkeys(_DESCRIBED, change))

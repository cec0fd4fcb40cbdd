"""Compare the parameters of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from generator.diff.document import Matching, Node, matched, objects_at, schema_at
from generator.diff.graph import SCALARS, Located, Root
from generator.diff.members import renamed
from generator.diff.operations import compare_lifecycles, removal
from generator.diff.schema import schema_of
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.document import Bound, Document, Part, Parts
    from generator.diff.graph import Direction, Graph, Scope
    from generator.diff.operations import Operation
    from generator.diff.schema import Schema

LOCATIONS: Final[Mapping[str, str]] = {
    "path": "path",
    "query": "query",
    "header": "headers",
    "cookie": "cookies",
}
"""What the client calls the places of parameters."""
_LIST: Final = frozenset({"array"})
_ALLOWED: Final = {"allowReserved": "reserved", "allowEmptyValue": "empty"}
_TEXT: Final[Node] = {"type": "string"}


@frozen
class Parameters:
    """The parameters of an operation, old and new; ``direction`` says who sends them."""

    graph: Graph
    old: Operation
    new: Operation
    direction: Direction

    def compare(self) -> Iterator[Located | Root]:
        """Yield the changes, and the places of schemas."""
        matching = self._matched()
        for was, now in matching.pairs:
            old, new = self.old.parameters[was], self.new.parameters[now]
            if was[0] != now[0]:
                yield self._located("parameter-moved", old, new, was[0], now[0])
            elif _name(old[0]) != _name(new[0]):
                yield self._renamed(old, new)
            yield from self._kept(old, new)
        for key in matching.removed:
            old = self.old.parameters[key]
            yield self._located(f"parameter-removed{removal(old[0])}", old, None, old[0]["name"])
        for key in matching.added:
            new = self.new.parameters[key]
            rule = "required-parameter-added" if _required(new[0]) else "parameter-added"
            yield self._located(rule, None, new, None, new[0]["name"])

    def _matched(self) -> Matching[tuple[str, str]]:
        """Match by place and name, then by name alone, then what may have been renamed."""
        found = matched(self.old.parameters, self.new.parameters)
        names = {self.new.parameters[key][0]["name"].lower(): key for key in reversed(found.added)}
        for key in tuple(found.removed):
            moved = names.get(self.old.parameters[key][0]["name"].lower())
            if moved is not None:
                found.match(key, moved)
        for place in LOCATIONS:
            left = {name: at for at, (where, name) in enumerate(found.removed) if where == place}
            right = {name: at for at, (where, name) in enumerate(found.added) if where == place}
            for was, now in renamed(left, right):
                if self.graph.same(
                    parameter_schema(self.graph.old, self.old.parameters[place, was]),
                    parameter_schema(self.graph.new, self.new.parameters[place, now]),
                ):
                    found.match((place, was), (place, now))
        return found

    def _renamed(self, old: Part, new: Part) -> Located:
        if new[0]["in"] == "path":
            rule = "path-parameter-renamed"
        else:
            rule = "required-parameter-renamed" if _required(new[0]) else "parameter-renamed"
        return self._located(rule, old, new, old[0]["name"], new[0]["name"])

    def _kept(self, old: Part, new: Part) -> Iterator[Located | Root]:
        was, now = _required(old[0]), _required(new[0])
        if was != now:
            verb = "required" if now else "optional"
            yield self._located(f"parameter-became-{verb}", old, new, was, now)
        for aspect, before, after in compare_lifecycles(old[0], new[0]):
            yield self._located(f"parameter-{aspect}", old, new, before, after)
        formats = _content(old[0]), _content(new[0])
        if formats[0] != formats[1]:
            yield self._located("parameter-content-changed", old, new, *formats)
        schemas = parameter_schema(self.graph.old, old), parameter_schema(self.graph.new, new)
        views = schema_of(self.graph.old, schemas[0]), schema_of(self.graph.new, schemas[1])
        scope: Scope = "parameter" if self.direction == "request" else "header"
        # Where each value of a list is a parameter of its own, one value is a list of one.
        widened = _is_scalar(views[0]) and _is_repeated(new, views[1])
        narrowed = _is_repeated(old, views[0]) and _is_scalar(views[1])
        if widened or narrowed:
            rule = f"{self.direction}-{scope}-type-{'generalized' if widened else 'specialized'}"
            yield self._located(rule, old, new, views[0].type_label, views[1].type_label)
            schemas = (schemas[0], views[1].items) if widened else (views[0].items, schemas[1])
        # In a scalar there is nothing to explode.
        scalar = _is_scalar(views[0])
        styles = _style(old[0], scalar=scalar), _style(new[0], scalar=scalar)
        if styles[0] != styles[1] and formats == (None, None) and not (widened or narrowed):
            yield self._located("parameter-style-changed", old, new, *styles)
        for key, what in _ALLOWED.items():
            if (old[0].get(key) is True) != (new[0].get(key) is True):
                verb = "allowed" if new[0].get(key) is True else "forbidden"
                yield self._located(f"parameter-{what}-{verb}", old, new)
        if _is_described(old[0]) != _is_described(new[0]):
            verb = "described" if _is_described(new[0]) else "undescribed"
            yield self._located(f"path-parameter-{verb}", old, new, old[0]["name"], new[0]["name"])
        place = _place(new[0])
        subject = ("argument", self.new.key, place)
        pair = self.graph.pair(*schemas)
        yield Root(pair, scope, self.direction, place, subject, textual=not formats[1])

    def _located(
        self, rule: str, old: Part | None, new: Part | None, was: Any = None, now: Any = None
    ) -> Located:
        places = [_place(part[0]) for part in (old, new) if part]
        return Located(
            rule,
            self.new.label,
            places[-1],
            was,
            now,
            old[1] if old else join(self.old.part[1], "parameters"),
            new[1] if new else join(self.new.part[1], "parameters"),
            frozenset(("argument", self.new.key, place) for place in places),
        )


def _place(node: Node) -> str:
    """Return where the client has it, as in ``query.limit``."""
    return f"{LOCATIONS.get(node['in'], node['in'])}.{node['name']}"


def _name(node: Node) -> str:
    """Return the name as the server sees it: that of a header is written as one likes."""
    return node["name"].lower() if node["in"] == "header" else node["name"]


def _required(node: Node) -> bool:
    return node.get("required") is True or node["in"] == "path"


def _content(node: Node) -> str | None:
    """Return the media type that the value is written in, if it is no plain text."""
    content = node.get("content")
    return next(iter(content), None) if content else None


def _is_described(node: Node) -> bool:
    """Return whether anything but the path describes it."""
    return node["in"] != "path" or "schema" in node or "content" in node


def _is_scalar(schema: Schema) -> bool:
    return bool(schema.types) and schema.types <= SCALARS


def _is_repeated(parameter: Part, schema: Schema) -> bool:
    """Return whether it is a list whose values are sent as parameters of the same name."""
    least: Bound | None = schema.keywords.get("minItems")
    return (
        parameter[0]["in"] == "query"
        and _content(parameter[0]) is None
        and schema.types == _LIST
        and bool(schema.items)
        and (least is None or least.value <= 1)
        and _style(parameter[0], scalar=False) == "form, exploded"
    )


def _style(node: Node, *, scalar: bool) -> str:
    style = node.get("style") or ("form" if node["in"] in {"query", "cookie"} else "simple")
    explode = node.get("explode")
    if explode is None:
        explode = style == "form"
    return f"{style}, exploded" if explode and not scalar else str(style)


def parameter_schema(document: Document, parameter: Part) -> Parts:
    """Return the schema of a parameter; one that nothing describes is a text."""
    media = next((part for _, part in objects_at(parameter, "content")), None)
    if media is not None:
        return schema_at(document.follow(media))
    if parameter[0].get("schema") is None:
        return ((_TEXT, parameter[1]),)
    return schema_at(parameter)

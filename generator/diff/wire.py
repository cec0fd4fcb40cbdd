"""Compare two documents: everything that changes between client and server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from generator.diff.bodies import Bodies, Sockets
from generator.diff.document import (
    canonical,
    list_at,
    object_at,
    objects_at,
    texts_at,
    verb_of,
)
from generator.diff.graph import ClassNames, Graph, Located, Root, Tracer
from generator.diff.keywords import (
    compare_conditions,
    compare_discriminators,
    compare_keywords,
    compare_null,
    compare_types,
)
from generator.diff.members import compare_objects, compare_unions, compare_wrapped
from generator.diff.operations import (
    Operation,
    compare_lifecycles,
    in_item,
    is_unstable,
    operations_of,
    removal,
)
from generator.diff.parameters import Parameters
from generator.diff.security import Security
from generator.spec import join, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.diff.document import Document, Part
    from generator.diff.graph import Direction, Pair


@define
class Comparison:
    """Two documents, and the classes of both clients that stand for schemas."""

    old: Document
    new: Document
    names: ClassNames
    graph: Graph = field(init=False)
    security: Security = field(init=False)
    _found: list[Located] = field(init=False, factory=list[Located])
    _used: list[tuple[Operation, list[Root]]] = field(
        init=False, factory=list["tuple[Operation, list[Root]]"]
    )
    _unstable: set[str] = field(init=False, factory=set[str])

    def __attrs_post_init__(self) -> None:
        self.graph = Graph(self.old, self.new, compare_schemas)
        self.security = Security(self.old, self.new)

    def changes(self) -> list[Located]:
        """Return all changes between the documents.

        Raises:
            GeneratorError: A document is not what OpenAPI allows at a place that is compared.
        """
        olds, news = operations_of(self.old), operations_of(self.new)
        inherited = any(
            "security" not in operation.node and "security" not in news[key].node
            for key, operation in olds.items()
            if key in news
        )
        self._found.extend(self.security.document(inherited=inherited))
        self._found.extend(_servers("", (self.old.root, ""), (self.new.root, "")))
        self._operations(olds, news)
        self._webhooks()
        self._found.extend(self._schemas())
        differing = self.graph.differing(self._roots())
        for operation, roots in self._used:
            tracer = Tracer(operation.label, operation.key, differing, self.names)
            self._found.extend(tracer.changes(roots))
        return [
            evolve(located, wire_cap="risky") if located.operation in self._unstable else located
            for located in self._found
        ]

    def classes(self) -> Iterator[tuple[str, str]]:
        """Yield the classes that stand for the same schema, where their names differ."""
        for pair in self.graph.reached(self._roots()):
            was = self.names.old.get(pair.old.pointer)
            now = self.names.new.get(pair.new.pointer)
            if was and now and was != now:
                yield was, now

    def _roots(self) -> list[Pair]:
        return [root.pair for _, roots in self._used for root in roots]

    def _operations(self, olds: dict[str, Operation], news: dict[str, Operation]) -> None:
        moved = _moved(olds, news)
        news = {**news, **{was: news[now] for was, now in moved.items()}}
        for now in moved.values():
            del news[now]
        for key, operation in olds.items():
            kept = news.get(key, operation)
            if is_unstable(operation.node) and is_unstable(kept.node):
                self._unstable.add(kept.label)
            if key in news:
                if key in moved:
                    labels = operation.label, kept.label
                    self._found.append(_located("operation-moved", operation, kept, *labels))
                self._operation(operation, kept)
            else:
                rule = f"operation-removed{removal(operation.node)}"
                self._found.append(_existence(rule, operation, removed=True))
        for key, operation in news.items():
            if key not in olds:
                self._found.append(_existence("operation-added", operation, removed=False))

    def _operation(self, old: Operation, new: Operation) -> None:
        self._found.extend(_names(old, new))
        for aspect, was, now in compare_lifecycles(old.node, new.node):
            self._found.append(_located(f"operation-{aspect}", old, new, was, now))
        self._found.extend(self.security.operation(old, new))
        self._found.extend(_servers(new.label, old.part, new.part))
        self._sent(old, new, "request")
        for event, found in Sockets(self.graph, old, new).compare():
            self._take(event, found)
        self._callbacks(old, new)

    def _sent(self, old: Operation, new: Operation, direction: Direction) -> None:
        bodies = Bodies(self.graph, old, new, sent_by_server=direction == "response")
        self._take(new, Parameters(self.graph, old, new, direction).compare(), separately=True)
        self._take(new, bodies.request())
        self._take(new, bodies.responses())

    def _take(
        self, operation: Operation, found: Iterable[Located | Root], *, separately: bool = False
    ) -> None:
        """Keep changes, and places of schemas, to be traced together or separately."""
        roots: list[Root] = []
        for one in found:
            if isinstance(one, Located):
                self._found.append(one)
            else:
                roots.append(one)
        groups = [[root] for root in roots] if separately else [roots]
        self._used.extend((operation, group) for group in groups if group)

    def _webhooks(self) -> None:
        olds = dict(objects_at((self.old.root, ""), "webhooks"))
        news = dict(objects_at((self.new.root, ""), "webhooks"))
        self._reversed("webhook", "webhook", olds, news)

    def _callbacks(self, old: Operation, new: Operation) -> None:
        olds = self._expressions(self.old, old)
        news = self._expressions(self.new, new)
        self._reversed("callback", f"{new.label} callback", olds, news)

    @staticmethod
    def _expressions(document: Document, operation: Operation) -> dict[str, Part]:
        return {
            f"{name} {expression}": object_at(callback, expression)
            for name, part in objects_at(operation.part, "callbacks")
            for callback in (document.follow(part),)
            for expression in callback[0]
            if not expression.startswith("x-")
        }

    def _reversed(
        self, kind: str, prefix: str, olds: Mapping[str, Part], news: Mapping[str, Part]
    ) -> None:
        """Compare operations that the server calls, in both directions: either side may be ours."""
        before = self._called(self.old, prefix, olds)
        after = self._called(self.new, prefix, news)
        for key, operation in before.items():
            if key in after:
                self._sent(operation, after[key], "request")
                self._sent(operation, after[key], "response")
            else:
                self._found.append(_existence(f"{kind}-removed", operation, removed=True))
        for key, operation in after.items():
            if key not in before:
                self._found.append(_existence(f"{kind}-added", operation, removed=False))

    @staticmethod
    def _called(document: Document, prefix: str, items: Mapping[str, Part]) -> dict[str, Operation]:
        return {
            operation.key: operation
            for name, part in items.items()
            for operation in in_item(document, f"{prefix} {name}", part)
        }

    def _schemas(self) -> Iterator[Located]:
        """Yield renamed classes and removed components; others are compared where they are used."""
        olds, news = _components(self.old), _components(self.new)
        renamed: dict[str, str] = {}
        used: set[str] = set()
        for pair in self.graph.reached(self._roots()):
            was, now = pair.old.pointer, pair.new.pointer
            used.add(was)
            if was in olds - news and now in news - olds:
                renamed.setdefault(was, now)
        for removed in sorted(olds - news - used):
            name = split(removed)[-1]
            yield Located(
                "schema-removed", "", f"schemas.{name}", name, None, removed, "/components"
            )
        for was, now in renamed.items():
            if was not in self.names.old or now not in self.names.new:
                continue
            names = split(was)[-1], split(now)[-1]
            affected = frozenset(("class", name) for name in names)
            yield Located("schema-renamed", "", f"schemas.{names[0]}", *names, was, now, affected)


def _components(document: Document) -> set[str]:
    """Return the pointers of the schemas that have a name."""
    schemas, pointer = object_at(object_at((document.root, ""), "components"), "schemas")
    return {join(pointer, name) for name in schemas}


def _moved(olds: Mapping[str, Operation], news: Mapping[str, Operation]) -> dict[str, str]:
    """Return the keys of operations that have another path or method, and the same id."""
    added = {
        id_: key
        for key, operation in news.items()
        if key not in olds and (id_ := operation.node.get("operationId"))
    }
    return {
        key: added[operation.node["operationId"]]
        for key, operation in olds.items()
        # What was announced to go has rules of its own.
        if key not in news
        and not removal(operation.node)
        and operation.node.get("operationId") in added
    }


def _existence(rule: str, operation: Operation, *, removed: bool) -> Located:
    values = (operation.label, None) if removed else (None, operation.label)
    return _located(rule, operation, operation, *values)


def _located(rule: str, old: Operation, new: Operation, was: Any, now: Any, *keys: str) -> Located:
    pointers = join(old.part[1], *keys), join(new.part[1], *keys)
    return Located(rule, new.label, "", was, now, *pointers, frozenset({("method", new.key)}))


def _names(old: Operation, new: Operation) -> Iterator[Located]:
    was, now = old.node.get("operationId"), new.node.get("operationId")
    if was != now:
        yield _located(f"operation-id-{verb_of(was, now)}", old, new, was, now, "operationId")
    tags = [texts_at(operation.part, "tags") for operation in (old, new)]
    if tags[0] != tags[1]:
        was, now = (", ".join(one) or None for one in tags)
        yield _located("operation-tags-changed", old, new, was, now, "tags")


def _servers(label: str, old: Part, new: Part) -> Iterator[Located]:
    olds, news = _urls(old), _urls(new)
    pointers = join(old[1], "servers"), join(new[1], "servers")
    for url, variables in olds.items():
        if url not in news:
            yield Located("server-removed", label, "servers", url, None, *pointers)
        elif news[url] != variables:
            yield Located("server-changed", label, "servers", variables, news[url], *pointers)
    for url in news:
        if url not in olds:
            yield Located("server-added", label, "servers", None, url, *pointers)


def _urls(part: Part) -> dict[str, str]:
    return {
        str(one[0].get("url")).rstrip("/"): canonical(object_at(one, "variables")[0])
        for one in list_at(part, "servers")
    }


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

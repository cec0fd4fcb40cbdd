"""Compare request bodies, responses with their headers, and the events of WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.diff.document import canonical, object_at, objects_at, schema_at, verb_of
from generator.diff.graph import Located, Root
from generator.diff.operations import Operation, operation_key
from generator.spec import join, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.diff.document import Document, Part
    from generator.diff.graph import ClientPart, Direction, Graph

_KEY = "x-client-socket"
_WORDS = {"send": "sent", "receive": "received"}


@frozen
class Bodies:
    """The bodies of an operation, old and new.

    Attributes:
        sent_by_server: Whether the server sends the request, as in a callback.
    """

    graph: Graph
    old: Operation
    new: Operation
    sent_by_server: bool = False

    def _direction(self, kind: Direction) -> Direction:
        if self.sent_by_server:
            return "response" if kind == "request" else "request"
        return kind

    def request(self) -> Iterator[Located | Root]:
        """Yield the changes of the request body, and the places of its schemas."""
        old = self.graph.old.follow(object_at(self.old.part, "requestBody"))
        new = self.graph.new.follow(object_at(self.new.part, "requestBody"))
        subject = ("body", self.new.key)
        if not old[0] or not new[0]:
            if new[0]:
                required = "required-" if new[0].get("required") is True else ""
                yield self._located(f"{required}request-body-added", "body", (old, new), subject)
            elif old[0]:
                yield self._located("request-body-removed", "body", (old, new), subject)
            return
        was, now = old[0].get("required") is True, new[0].get("required") is True
        if was != now:
            verb = "required" if now else "optional"
            yield self._located(
                f"request-body-became-{verb}", "body", (old, new), subject, (was, now)
            )
        yield from self._content("request", "body", old, new, subject)

    def responses(self) -> Iterator[Located | Root]:
        """Yield the changes of the responses, and the places of their schemas."""
        olds, news = _responses(self.graph.old, self.old), _responses(self.graph.new, self.new)
        holders = object_at(self.old.part, "responses"), object_at(self.new.part, "responses")
        pairs = [(status, status if status in news else _range(status, news)) for status in olds]
        pairs += [(_range(status, olds), status) for status in news if status not in olds]
        for was, now in pairs:
            if was and now:
                _, subject = self._outcome(now, news)
                if was != now:
                    rule = f"status-{'widened' if now == _range(was, news) else 'narrowed'}"
                    yield self._located(rule, now, (olds[was], news[now]), subject, (was, now))
                yield from self._content("response", now, olds[was], news[now], subject)
                yield from self._headers(now, olds[was], news[now])
        for status in sorted(olds.keys() - {was for was, now in pairs if now}):
            kind, subject = self._outcome(status, olds)
            parts = olds[status], holders[1]
            yield self._located(f"{kind}-status-removed", status, parts, subject, (status, None))
        for status in sorted(news.keys() - {now for was, now in pairs if was}):
            kind, subject = self._outcome(status, news)
            parts = holders[0], news[status]
            yield self._located(f"{kind}-status-added", status, parts, subject, (None, status))

    def _outcome(self, status: str, responses: dict[str, Part]) -> tuple[str, ClientPart]:
        if _is_success(status, responses):
            return "success", ("returns", self.new.key)
        return "error", ("error", self.new.key)

    def _content(
        self, kind: Direction, place: str, old: Part, new: Part, subject: ClientPart
    ) -> Iterator[Located | Root]:
        """Yield the changes of the media types of a body, and the places of their schemas."""
        pairs, removed, added = _media(self.graph, old, new)
        for name, parts in pairs:
            at = f"{place}({name})" if len(pairs) > 1 else place
            values = parts[0][0].get("encoding"), parts[1][0].get("encoding")
            if kind == "request" and canonical(values[0] or {}) != canonical(values[1] or {}):
                yield self._located("request-body-encoding-changed", at, parts, subject, values)
            yield from self._media_type(kind, at, parts, subject)
        for name, part in removed:
            rule = f"{kind}-media-type-removed"
            yield self._located(rule, place, (part, new), subject, (name, None))
        for name, part in added:
            rule = f"{kind}-media-type-added"
            yield self._located(rule, place, (old, part), subject, (None, name))

    def _media_type(
        self, kind: Direction, place: str, parts: tuple[Part, Part], subject: ClientPart
    ) -> Iterator[Located | Root]:
        """Yield the changes of a media type, and the places of its schema and its items."""
        direction = self._direction(kind)
        olds, news = (_media_parameters(pointer) for _, pointer in parts)
        for name in sorted(olds.keys() | news.keys()):
            values = olds.get(name), news.get(name)
            if values[0] != values[1]:
                rule = f"{direction}-media-type-parameter-{verb_of(*values)}"
                yield self._located(rule, f"{place}.{name}", parts, subject, values)
        pair = self.graph.pair(schema_at(parts[0]), schema_at(parts[1]))
        yield Root(pair, "body", direction, place, subject)
        if any("itemSchema" in node for node, _ in parts):
            items = [schema_at(part, "itemSchema") for part in parts]
            yield Root(self.graph.pair(*items), "body", direction, f"{place}[]", subject)

    def _headers(self, status: str, old: Part, new: Part) -> Iterator[Located | Root]:
        olds, news = _headers(self.graph.old, old), _headers(self.graph.new, new)
        for name, part in olds.items():
            place = f"{status}.headers.{name}"
            subject = ("header", self.new.key, name)
            required = part[0].get("required") is True
            if name not in news:
                prefix = "required-" if required else ""
                rule = f"{prefix}response-header-removed"
                yield self._located(rule, place, (part, new), subject, (name, None))
                continue
            other = news[name]
            if required != (other[0].get("required") is True):
                verb = "optional" if required else "required"
                rule = f"response-header-became-{verb}"
                yield self._located(rule, place, (part, other), subject, (required, not required))
            pair = self.graph.pair(schema_at(part), schema_at(other))
            yield Root(pair, "header", self._direction("response"), place, subject, textual=True)
        for name, part in news.items():
            if name not in olds:
                place = f"{status}.headers.{name}"
                subject = ("header", self.new.key, name)
                yield self._located(
                    "response-header-added", place, (old, part), subject, (None, name)
                )

    def _located(
        self,
        rule: str,
        place: str,
        parts: tuple[Part, Part],
        subject: ClientPart,
        values: tuple[Any, Any] = (None, None),
    ) -> Located:
        pointers = parts[0][1], parts[1][1]
        return Located(rule, self.new.label, place, *values, *pointers, frozenset({subject}))


def _media(
    graph: Graph, old: Part, new: Part
) -> tuple[list[tuple[str, tuple[Part, Part]]], list[tuple[str, Part]], list[tuple[str, Part]]]:
    """Return the media types of both sides, those that went, and those that came."""
    olds = {name: graph.old.follow(part) for name, part in objects_at(old, "content")}
    news = {name: graph.new.follow(part) for name, part in objects_at(new, "content")}
    pairs = [(name, (olds[name], news[name])) for name in olds if name in news]
    removed = {_plain(name): name for name in olds if name not in news}
    added = {_plain(name): name for name in news if name not in olds}
    pairs += [
        (added[name], (olds[removed[name]], news[added[name]])) for name in removed if name in added
    ]
    return (
        pairs,
        [(values, olds[values]) for name, values in removed.items() if name not in added],
        [(values, news[values]) for name, values in added.items() if name not in removed],
    )


def _media_parameters(pointer: str) -> dict[str, str]:
    """Return the parameters of the media type at a place; JSON is UTF-8, whatever they say."""
    name, *parameters = split(pointer)[-1].split(";")
    found: dict[str, str] = {}
    for parameter in parameters:
        key, _, value = parameter.strip().partition("=")
        if key:
            found[key.lower()] = value.strip('"').lower()
    if name.strip().lower().endswith("json"):
        found.pop("charset", None)
    return found


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _responses(document: Document, operation: Operation) -> dict[str, Part]:
    return {
        status.upper() if status != "default" else status: document.follow(part)
        for status, part in objects_at(operation.part, "responses")
        if not status.startswith("x-")
    }


def _range(status: str, responses: dict[str, Part]) -> str | None:
    """Return what includes a status among some responses: its class, or the default of success."""
    wide = f"{status[0]}XX"
    if wide != status and wide in responses:
        return wide
    is_default = "default" in responses and _is_success("default", responses)
    return "default" if is_default and status.startswith("2") else None


def _is_success(status: str, all_of: dict[str, Part]) -> bool:
    if status == "default":
        return not any(one.startswith("2") for one in all_of)
    return status.startswith("2")


def _headers(document: Document, response: Part) -> dict[str, Part]:
    return {
        name.lower(): document.follow(part)
        for name, part in objects_at(response, "headers")
        if name.lower() != "content-type"
    }


@frozen
class Sockets:
    """The events of an operation that opens a WebSocket, old and new."""

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
                    yield operation, [self._existence(operation, side, event, (olds, news))]

    @staticmethod
    def _events(operation: Operation, side: str) -> dict[str, Part]:
        return dict(objects_at(object_at(operation.part, _KEY), side))

    def _operation(self, side: str, event: str) -> Operation:
        method, path = side.upper(), f"{self.new.path}#{event}"
        return Operation(method, path, operation_key(method, path), self.new.part, {})

    def _existence(
        self, operation: Operation, side: str, event: str, sides: tuple[Mapping[str, Part], ...]
    ) -> Located:
        was, now = (event if event in known else None for known in sides)
        old_at, new_at = (
            known[event][1] if event in known else join(owner.part[1], _KEY, side)
            for known, owner in zip(sides, (self.old, self.new), strict=True)
        )
        affected: set[ClientPart] = {("method", operation.key)}
        if side == "receive":
            unions = (object_at(one.part, _KEY)[0].get("events") for one in (self.old, self.new))
            affected |= {("class", name) for name in unions if isinstance(name, str)}
        rule = f"event-{_WORDS[side]}-{verb_of(was, now)}"
        return Located(rule, operation.label, "", was, now, old_at, new_at, frozenset(affected))

"""Compares request bodies, responses and their headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from generator.diff.document import canonical, object_at, objects_at, schema_at
from generator.diff.located import Hit, Root
from generator.spec import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.diff.document import Document, Part
    from generator.diff.graph import Direction, Graph
    from generator.diff.located import Subject
    from generator.diff.operations import Operation


@frozen
class Bodies:
    """The bodies of an operation, old and new.

    Attributes:
        graph: Where schemas are paired.
        old: The older operation.
        new: The newer one.
        swapped: Whether the server sends the request, as in a callback.
    """

    graph: Graph
    old: Operation
    new: Operation
    swapped: bool = False

    @property
    def _sent(self) -> Direction:
        return "response" if self.swapped else "request"

    @property
    def _received(self) -> Direction:
        return "request" if self.swapped else "response"

    def request(self) -> Iterator[Hit | Root]:
        """The changes of the request body, and the places of its schemas."""
        old = self.graph.old.follow(object_at(self.old.part, "requestBody"))
        new = self.graph.new.follow(object_at(self.new.part, "requestBody"))
        subject = ("body", self.new.key)
        if not old[0] or not new[0]:
            if new[0]:
                required = "required-" if new[0].get("required") is True else ""
                yield self._hit(f"{required}request-body-added", "body", (old, new), subject)
            elif old[0]:
                yield self._hit("request-body-removed", "body", (old, new), subject)
            return
        was, now = old[0].get("required") is True, new[0].get("required") is True
        if was != now:
            verb = "required" if now else "optional"
            yield self._hit(f"request-body-became-{verb}", "body", (old, new), subject, (was, now))
        pairs, gone, come = _media(self.graph, old, new)
        for name, one, other in pairs:
            place = f"body({name})" if len(pairs) > 1 else "body"
            told = one[0].get("encoding"), other[0].get("encoding")
            if canonical(told[0] or {}) != canonical(told[1] or {}):
                yield self._hit("request-body-encoding-changed", place, (one, other), subject, told)
            yield from self._media_type("request", place, (one, other), subject)
        for name, part in gone:
            told = name, None
            yield self._hit("request-media-type-removed", "body", (part, new), subject, told)
        for name, part in come:
            told = None, name
            yield self._hit("request-media-type-added", "body", (old, part), subject, told)

    def responses(self) -> Iterator[Hit | Root]:
        """The changes of the responses, and the places of their schemas."""
        olds, news = _responses(self.graph.old, self.old), _responses(self.graph.new, self.new)
        holders = object_at(self.old.part, "responses"), object_at(self.new.part, "responses")
        pairs = [(status, status if status in news else _range(status, news)) for status in olds]
        pairs += [(_range(status, olds), status) for status in news if status not in olds]
        for was, now in pairs:
            if was and now:
                subject = ("returns" if _is_success(now, news) else "error", self.new.key)
                if was != now:
                    rule = f"status-{'widened' if now == _range(was, news) else 'narrowed'}"
                    yield self._hit(rule, now, (olds[was], news[now]), subject, (was, now))
                yield from self._response(now, olds[was], news[now], subject)
        for status in sorted(olds.keys() - {was for was, now in pairs if now}):
            kind = "success" if _is_success(status, olds) else "error"
            subject = ("returns" if kind == "success" else "error", self.new.key)
            parts = olds[status], holders[1]
            yield self._hit(f"{kind}-status-removed", status, parts, subject, (status, None))
        for status in sorted(news.keys() - {now for was, now in pairs if was}):
            kind = "success" if _is_success(status, news) else "error"
            subject = ("returns" if kind == "success" else "error", self.new.key)
            parts = holders[0], news[status]
            yield self._hit(f"{kind}-status-added", status, parts, subject, (None, status))

    def _response(
        self, status: str, old: Part, new: Part, subject: Subject
    ) -> Iterator[Hit | Root]:
        pairs, gone, come = _media(self.graph, old, new)
        for name, one, other in pairs:
            place = f"{status}({name})" if len(pairs) > 1 else status
            yield from self._media_type("response", place, (one, other), subject)
        for name, part in gone:
            told = name, None
            yield self._hit("response-media-type-removed", status, (part, new), subject, told)
        for name, part in come:
            told = None, name
            yield self._hit("response-media-type-added", status, (old, part), subject, told)
        yield from self._headers(status, old, new)

    def _media_type(
        self, kind: Direction, place: str, parts: tuple[Part, Part], subject: Subject
    ) -> Iterator[Hit | Root]:
        """The same media type on both sides: its parameters, its schema, and that of its items."""
        direction = self._sent if kind == "request" else self._received
        olds, news = (_told_by(pointer) for _, pointer in parts)
        for name in sorted(olds.keys() | news.keys()):
            told = olds.get(name), news.get(name)
            if told[0] != told[1]:
                verb = "added" if told[0] is None else "removed" if told[1] is None else "changed"
                rule = f"{direction}-media-type-parameter-{verb}"
                yield self._hit(rule, f"{place}.{name}", parts, subject, told)
        pair = self.graph.pair(schema_at(parts[0]), schema_at(parts[1]))
        yield Root(pair, "body", direction, place, subject)
        if any("itemSchema" in node for node, _ in parts):
            items = [schema_at(part, "itemSchema") for part in parts]
            yield Root(self.graph.pair(*items), "body", direction, f"{place}[]", subject)

    def _headers(self, status: str, old: Part, new: Part) -> Iterator[Hit | Root]:
        olds, news = _headers(self.graph.old, old), _headers(self.graph.new, new)
        for name, part in olds.items():
            place = f"{status}.headers.{name}"
            subject = ("header", self.new.key, name)
            required = part[0].get("required") is True
            if name not in news:
                prefix = "required-" if required else ""
                rule = f"{prefix}response-header-removed"
                yield self._hit(rule, place, (part, new), subject, (name, None))
                continue
            other = news[name]
            if required != (other[0].get("required") is True):
                verb = "optional" if required else "required"
                rule = f"response-header-became-{verb}"
                yield self._hit(rule, place, (part, other), subject, (required, not required))
            pair = self.graph.pair(schema_at(part), schema_at(other))
            yield Root(pair, "header", self._received, place, subject, textual=True)
        for name, part in news.items():
            if name not in olds:
                place = f"{status}.headers.{name}"
                subject = ("header", self.new.key, name)
                yield self._hit("response-header-added", place, (old, part), subject, (None, name))

    def _hit(
        self,
        rule: str,
        place: str,
        parts: tuple[Part, Part],
        subject: Subject,
        told: tuple[Any, Any] = (None, None),
    ) -> Hit:
        pointers = parts[0][1], parts[1][1]
        return Hit(rule, self.new.label, place, *told, *pointers, frozenset({subject}))


def _media(
    graph: Graph, old: Part, new: Part
) -> tuple[list[tuple[str, Part, Part]], list[tuple[str, Part]], list[tuple[str, Part]]]:
    """The media types of both sides, those that went, and those that came."""
    olds = {name: graph.old.follow(part) for name, part in objects_at(old, "content")}
    news = {name: graph.new.follow(part) for name, part in objects_at(new, "content")}
    pairs = [(name, olds[name], news[name]) for name in olds if name in news]
    gone = {_plain(name): name for name in olds if name not in news}
    come = {_plain(name): name for name in news if name not in olds}
    pairs += [(come[name], olds[gone[name]], news[come[name]]) for name in gone if name in come]
    return (
        pairs,
        [(told, olds[told]) for name, told in gone.items() if name not in come],
        [(told, news[told]) for name, told in come.items() if name not in gone],
    )


def _told_by(pointer: str) -> dict[str, str]:
    """The parameters of the media type at a place; JSON is UTF-8, whatever is told."""
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

"""Calls what only reads, and what is named besides, and keeps the form of the answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx
from attrs import define, field, frozen

from coze_client import Coze, CozeError
from coze_core import UnknownEvent
from generator.conform.drift import Observation, Observer
from generator.conform.requests import from_texts
from generator.errors import GeneratorError
from generator.json_values import is_array, is_object
from generator.skeleton import overlay
from generator.spec import dump, join, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from coze_core import Event
    from generator.conform.operations import Argument, Method

_READS: Final = frozenset({"call", "list", "batch"})


class _Tap(httpx.BaseTransport):
    """Sends requests, and holds on to the last answer."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self.status, self.content = 0, b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        self.status, self.content = answer.status_code, answer.read()
        kept = {"content-type", "retry-after", "x-tt-logid"}
        headers = {name: value for name, value in answer.headers.items() if name in kept}
        return httpx.Response(self.status, headers=headers, content=self.content)

    def close(self) -> None:
        self._inner.close()


@frozen
class Answer:
    """The form of an answer.

    Attributes:
        method: The method that was called.
        status: The HTTP status.
        error: The error that the client raised.
        observations: What stands where, each once.
    """

    method: str
    status: int
    error: str
    observations: tuple[Observation, ...]

    @property
    def problems(self) -> list[Observation]:
        """What the document does not know."""
        return [one for one in self.observations if one.problem]

    def json(self) -> str:
        """Return the answer for the file."""
        places = dict[str, dict[str, list[Any]]]()
        for one in self.observations:
            place = places.setdefault(one.pointer, {"types": []})
            if one.kind not in place["types"]:
                place["types"].append(one.kind)
            if one.value is not None:
                place.setdefault("values", []).append(one.value)
        content = {"method": self.method, "status": self.status, "places": places}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


@define
class Recorder:
    """Calls the methods that only read, as soon as other answers hold the ids that they need.

    Attributes:
        document: The document with all overlays applied.
        values: Arguments by their names on the wire; ids of answers are added.
        also: Further methods to call, with all of their arguments that there are.
        missing: The methods that could not be called, and the arguments that they lack.
    """

    document: dict[str, Any]
    values: dict[str, str]
    also: frozenset[str] = frozenset()
    missing: dict[str, list[str]] = field(factory=dict[str, list[str]], init=False)

    def answers(self, methods: Iterable[Method]) -> Iterator[Answer]:
        """Call the methods; those that lack an argument are ``missing`` in the end.

        Raises:
            CozeError: There is no token.
        """
        tap = _Tap()
        with httpx.Client(transport=tap) as http, Coze(http_client=http) as client:
            waiting = [one for one in methods if one.path in self.also or _only_reads(one)]
            while ready := [one for one in waiting if not self._lacks(one)]:
                for method in ready:
                    waiting.remove(method)
                    yield self._call(client, tap, method)
        self.missing = {one.path: self._lacks(one) for one in waiting}

    def _call(self, client: Coze, tap: _Tap, method: Method) -> Answer:
        needed = {
            one.name: self._value(method, one)
            for one in method.arguments
            if one.required or (method.path in self.also and one.wire in self.values)
        }
        tap.status, tap.content, error = 0, b"", ""
        observer, pointer = Observer(self.document), _pointer(method)
        found: Iterable[Observation] = ()
        try:
            if method.kind == "stream":
                with method.on(client)(**needed) as stream:
                    found = [
                        one for event in stream for one in observer.event(pointer, *_content(event))
                    ]
            else:
                method.on(client)(**needed)
        except CozeError as failure:
            # Its text repeats what the service says, which may name ids.
            error = type(failure).__name__
            if not tap.status or getattr(failure, "code", None):
                return Answer(method.path, tap.status, error, ())
        if method.kind != "stream":
            try:
                content = json.loads(tap.content)
            except ValueError:
                return Answer(method.path, tap.status, error or "no JSON", ())
            self._learn(content, method.path.split(".")[-2])
            found = observer.answer(pointer, content)
        once = {str(one): one for one in found}
        return Answer(method.path, tap.status, error, tuple(once.values()))

    def _lacks(self, method: Method) -> list[str]:
        needed = (one for one in method.arguments if one.required)
        return [one.wire for one in needed if self._value(method, one) is None]

    def _value(self, method: Method, argument: Argument) -> Any:
        if argument.wire in self.values:
            text = self.values[argument.wire]
            try:
                is_json = text.startswith(("[", "{"))
                return json.loads(text) if is_json else from_texts(argument, (text,))
            except ValueError as error:
                raise GeneratorError(
                    f"the argument {argument.wire} is no JSON: {error}",
                    remedy="Give it a value that is, or a text that begins otherwise.",
                ) from error
        for parameter in resolve(self.document, f"#{_pointer(method)}").get("parameters", ()):
            if parameter.get("name") == argument.wire:
                schema: dict[str, Any] = parameter.get("schema", {})
                return schema.get("default", next(iter(schema.get("enum", ())), None))
        return None

    def _learn(self, value: Any, *names: str) -> None:
        """Note the ids of an answer as arguments of other calls, by what holds them."""
        for item in value if is_array(value) else ():
            self._learn(item, *names)
        fields: dict[str, Any] = value if is_object(value) else {}
        for key, inner in fields.items():
            holders = [f"{name.removesuffix('s')}_id" for name in names] if key == "id" else [key]
            for known in holders:
                if known.endswith("_id") and isinstance(inner, str) and inner:
                    self.values.setdefault(known, inner)
        for key, inner in fields.items():
            self._learn(inner, *names, key)


def _pointer(method: Method) -> str:
    """Return where the operation of a method stands."""
    return join("/paths", method.endpoint.path, method.endpoint.method.lower())


def _only_reads(method: Method) -> bool:
    reads = method.endpoint.method == "GET" or method.kind == "list"
    return reads and method.kind in _READS


def _content(event: Event[str, Any]) -> tuple[str, Any]:
    """Return the name of an event on the wire, and its data: JSON, or a text."""
    name = event.name if isinstance(event, UnknownEvent) else event.event
    try:
        return name, event.json()
    except CozeError:
        return name, event.raw.decode(errors="replace")


def record(folder: Path, recorder: Recorder, methods: Iterable[Method]) -> tuple[str, bool]:
    """Write a file for each answer and an overlay of skeletons.

    Returns:
        The report, and whether there is nothing that the document does not know.

    Raises:
        CozeError: There is no token.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines, actions = list[str](), dict[str, dict[str, Any]]()
    called = refused = 0
    for answer in recorder.answers(methods):
        called += 1
        (folder / f"{answer.method}.json").write_text(answer.json(), encoding="utf-8")
        if answer.error:
            refused += 1
            lines.append(f"error   {answer.method} | HTTP {answer.status}, {answer.error}")
        for one in answer.problems:
            observed = one.kind if one.value is None else repr(one.value)
            lines.append(f"unknown {answer.method} | {one.problem} {one.pointer}: {observed}")
            if one.action:
                actions[json.dumps(one.action)] = one.action
    for name, lacking in recorder.missing.items():
        lines.append(f"skipped {name} | {' '.join(f'--param {wire}=...' for wire in lacking)}")
    if actions:
        text = dump(overlay("What the service sends", actions.values()))
        (folder / "overlay.yaml").write_text(text, encoding="utf-8")
    unknown = sum(line.startswith("unknown") for line in lines)
    lines.append(
        f"{called} methods called, {refused} of them with an error, "
        f"{len(recorder.missing)} skipped; {unknown} unknown"
    )
    return "\n".join(lines), not unknown

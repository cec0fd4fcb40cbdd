"""Whether a client sends and returns, whole, what the schemas of its document allow.

Requests are judged by openapi-core, by jsonschema and by comparing; nothing here reads the generator's plan but the
names of its methods and arguments.
"""

from __future__ import annotations

import importlib
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import attrs
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
from werkzeug.formparser import parse_form_data

from coze_client import Coze
from generator.spec import resolve
from tests.fuzz.drawing import Drawing
from tests.fuzz.emitted import properties

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from generator.normalise.walk import Node
    from tests.generator.loopback import Sent, Server

_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_IGNORED = {"accept", "authorization", "content-type"}


class LossError(AssertionError):
    """What was drawn is not what was sent or returned."""


class Exchange:
    """One operation of an emitted package, called over loopback.

    Args:
        documents: The document that was built, and the effective spec, which spells all media
            types of JSON alike.
        place: The path and HTTP method of the operation.
        surface: The manifest's ``surface``.
        server: What is called.
        choose: What chooses the values.
    """

    def __init__(
        self,
        documents: tuple[Node, Node],
        place: tuple[str, str],
        surface: Node,
        server: Server,
        choose: random.Random,
    ) -> None:
        self.document, self.effective = documents
        self.path, self.method = place
        self.operation: Node = self.document["paths"][self.path][self.method]
        self.surface = surface
        self.server = server
        self.choose = choose
        self.drawing = Drawing(self.document, choose, sent=True)
        self.answers = Drawing(self.document, choose, sent=False)

    def run(self) -> None:
        """Call each method of the operation once for each success of the document.

        Raises:
            LossError: Something was lost, or is another thing.
        """
        wanted = f"{self.method.upper()} {self.path}"
        methods = {
            name: one for name, one in self.surface["methods"].items() if one["operation"] == wanted
        }
        if not methods:
            raise LossError(f"there is no method for {wanted}")
        for name, entry in methods.items():
            for status, media_type, schema in self._successes(entry["kind"]):
                self._call(name, entry, status, media_type, schema)

    def _successes(self, kind: str) -> Iterator[tuple[int, str, Node | None]]:
        for code, response in self.operation["responses"].items():
            if code[0] not in "2d":
                continue
            status = 200 if code in {"2XX", "default"} else int(code)
            content = response.get("content", {})
            if not content:
                yield status, "", None
            for media_type, media in content.items():
                if (media_type == "text/event-stream") == (kind == "stream"):
                    yield (
                        status,
                        media_type.replace("*/*", "application/json"),
                        media.get("schema", {}),
                    )

    def _call(
        self, name: str, entry: Node, status: int, media_type: str, schema: Node | None
    ) -> None:
        drawn = self._request(entry)
        arguments = self._arguments(entry, drawn)
        answer: Any = b"" if schema is None else self._answer(entry, media_type, schema)
        content = self._events(answer) if entry["kind"] == "stream" else answer
        self.server.reply = (status, media_type, content)
        with Coze(
            token="pat_test",
            base_url=f"http://127.0.0.1:{self.server.server_address[1]}",
            max_retries=0,
        ) as coze:
            method: Any = importlib.import_module("coze_api.resources").CozeAPI(coze._client)  # pyright: ignore[reportPrivateUsage]
            for step in name.split("."):
                method = getattr(method, step)
            result = _read(method(**arguments), entry["kind"])
        self._check_request(drawn, self.server.sent)
        _same("answer", result, self._expected(entry, answer, schema))

    def _request(self, entry: Node) -> Node:
        """Return values for all that the operation takes, by place; parameters by name."""
        cursors = self._cursors()
        drawn: Node = {"path": {}, "query": {}, "header": {}}
        for one in self.operation.get("parameters", ()):
            if "x-client-constant" in one:
                drawn["header"][one["name"]] = one["x-client-constant"]
            elif one["name"] not in cursors and not (
                one["in"] == "header" and one["name"].lower() in _IGNORED
            ):
                value = self.drawing.value(one["schema"])
                if one["in"] == "header" and isinstance(value, str):
                    value = "in ASCII"
                if value is not None:
                    drawn[one["in"]][one["name"]] = value
        for media_type, media in self.operation.get("requestBody", {}).get("content", {}).items():
            drawn["media type"] = media_type
            drawn["body"] = self.drawing.value(media.get("schema", {}))
            if isinstance(drawn["body"], dict):
                body = {key: value for key, value in drawn["body"].items() if key not in cursors}
                required = self._resolved(media["schema"]).get("required", ())
                drawn["body"] = {
                    key: value
                    for key, value in body.items()
                    if value is not None or key in required
                }
                switch = self.operation.get("x-client-stream", {}).get("switch")
                if switch:
                    drawn["body"][switch] = entry["kind"] == "stream"
        return drawn

    def _cursors(self) -> set[str]:
        keys = self.operation.get("x-client-pagination", {})
        return {keys[name] for name in ("token", "before", "after") if name in keys}

    def _arguments(self, entry: Node, drawn: Node) -> Node:
        """Return the keyword arguments that bring the values to their places."""
        names = {argument["wire"]: name for name, argument in entry["arguments"].items()}
        constants = {
            one["name"]
            for one in self.operation.get("parameters", ())
            if "x-client-constant" in one
        }
        found: Node = {}
        for place, wire in (("path", "path"), ("query", "query"), ("header", "headers")):
            for key, value in drawn[place].items():
                if key not in constants:
                    found[self._named(names, f"{wire}.{key}")] = value
        body = drawn.get("body")
        if body is None:
            return found
        if not isinstance(body, dict):
            (argument,) = [
                name for wire, name in names.items() if wire.startswith(("files.", "body."))
            ]
            return found | {argument: body.encode()}
        rest = {}
        switch = self.operation.get("x-client-stream", {}).get("switch")
        for key, value in body.items():
            if f"files.{key}" in names:
                found[names[f"files.{key}"]] = (
                    [one.encode() for one in value] if isinstance(value, list) else value.encode()
                )
            elif f"body.{key}" in names:
                found[names[f"body.{key}"]] = value
            elif key != switch:
                rest[key] = value
        if rest:
            found[self._named(names, "body.*")] = rest
        return found

    def _named(self, names: dict[str, str], wire: str) -> str:
        if wire not in names:
            raise LossError(f"no argument stands for {wire}")
        return names[wire]

    def _check_request(self, drawn: Node, sent: Sent) -> None:
        url = urlsplit(sent.path)
        path = self.path
        parameters = self.operation.get("parameters", ())
        for name, value in drawn["path"].items():
            path = path.replace(f"{{{name}}}", quote(_text(value), safe=""))
        _same("path", url.path, path)
        pairs = [
            pair
            for one in parameters
            if one["name"] in drawn["query"] and one["in"] == "query"
            for pair in _pairs(one, drawn["query"][one["name"]])
        ]
        _same("query", sorted(parse_qsl(url.query, keep_blank_values=True)), sorted(pairs))
        for name, value in drawn["header"].items():
            _same(f"header {name}", sent.headers.get(name.lower()), _text(value))
        if "body" in drawn:
            self._check_body(drawn, sent)
        if not drawn.get("media type", "").startswith(("multipart/", "application/octet-stream")):
            self._ask_openapi_core(sent)

    def _check_body(self, drawn: Node, sent: Sent) -> None:
        media_type, body = drawn["media type"], drawn["body"]
        received = sent.headers.get("content-type", "")
        if "json" in media_type:
            _same("body", json.loads(sent.body), body)
        elif not isinstance(body, dict):
            _same("body", sent.body, body.encode())
        else:
            environ = {
                "wsgi.input": BytesIO(sent.body),
                "CONTENT_TYPE": received,
                "CONTENT_LENGTH": str(len(sent.body)),
                "REQUEST_METHOD": "POST",
            }
            _, form, files = parse_form_data(environ, stream_factory=lambda *_, **__: BytesIO())
            got = [(name, value) for name, value in form.items(multi=True)]
            got += [(name, one.stream.read().decode()) for name, one in files.items(multi=True)]
            due = [
                (name, _text(one))
                for name, value in body.items()
                for one in (value if isinstance(value, list) else [value])
            ]
            _same("form", sorted(got), sorted(due))
            encoding = self.operation["requestBody"]["content"][media_type].get("encoding", {})
            for name, one in files.items():
                _same(
                    "type of a part",
                    one.content_type,
                    encoding.get(name, {}).get("contentType", one.content_type),
                )

    def _ask_openapi_core(self, sent: Sent) -> None:
        url = urlsplit(sent.path)
        spaced = {
            one["name"]
            for one in self.operation.get("parameters", ())
            if one.get("style") == "spaceDelimited"
        }
        request = MockRequest(
            self.document["servers"][0]["url"],
            sent.method.lower(),
            url.path,
            # openapi-core takes the %20 for the delimiter, and not the space that it stands for.
            args=[  # pyright: ignore[reportArgumentType]
                (name, value.replace(" ", "%20") if name in spaced else value)
                for name, value in parse_qsl(url.query, keep_blank_values=True)
            ],
            headers=dict(sent.headers),
            content_type=sent.headers.get("content-type", ""),
            data=sent.body,
        )
        config = Config(
            spec_validator_cls=None,
            extra_media_type_deserializers={
                media_type: json.loads
                for media_type in self.operation.get("requestBody", {}).get("content", ())
                if media_type.endswith("+json")  # openapi-core knows but some by themselves
            },
        )
        OpenAPI.from_dict(self.effective, config=config).validate_request(request)

    def _answer(self, entry: Node, media_type: str, schema: Node) -> Any:
        if entry["kind"] == "stream":
            keys = self.operation["x-client-stream"]
            skipped = {*keys.get("errors", ()), *keys.get("pause", ()), *keys["end"]}
            names = [name for name in keys["events"] if name not in skipped]
            return [
                (name, self.answers.value(keys["events"][name]))
                for name in [*names, keys["end"][0]]
            ]
        if "json" not in media_type:
            return b"\x00\x01content"
        data = self.document["x-client-envelope"]["data"]
        answer = self.answers.value(schema)
        while data in properties(self.document, schema) and answer.get(data) is None:
            answer = self.answers.value(schema)  # a success without its result is an error
        if isinstance(answer, dict) and "code" in answer and "code" in self._envelope:
            answer["code"] = 0
        return answer

    @property
    def _envelope(self) -> set[str]:
        return {*self.document.get("x-client-envelope", {}).get("fields", ())}

    def _expected(self, entry: Node, answer: Any, schema: Node | None) -> Any:
        if schema is None:
            return None
        if entry["kind"] == "stream":
            return [(name, _plain(value)) for name, value in answer]
        if not isinstance(answer, dict):
            return answer
        rest = {key: value for key, value in answer.items() if key not in self._envelope}
        described = properties(self.document, schema) - self._envelope
        if rest.keys() - described:
            return _plain(answer)  # of an open object, all is the result
        data = self.document["x-client-envelope"]["data"]
        if not described and not rest:
            return None
        return _plain(rest[data] if described == {data} and rest.keys() <= {data} else rest)

    @staticmethod
    def _events(events: list[tuple[str, Any]]) -> bytes:
        texts = [
            (name, value if isinstance(value, str) else json.dumps(value)) for name, value in events
        ]
        return "".join(f"event: {name}\ndata: {text}\n\n" for name, text in texts).encode()

    def _resolved(self, schema: Node) -> Node:
        while "$ref" in schema:
            schema = resolve(self.document, schema["$ref"])
        return schema


def _read(result: Any, kind: str) -> Any:
    if kind == "stream":
        with result as stream:
            return [(event.event, _plain(event.data)) for event in stream]
    if kind == "download":
        with result as download:
            return download.read()
    return _plain(result.data if kind == "list" else result)


def _plain(value: Any) -> Any:
    """Return a value as JSON, without null: a field that is not there has none either."""
    if attrs.has(type(value)):
        value = value.to_dict()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _pairs(parameter: Node, value: Any) -> list[tuple[str, str]]:
    name, style = parameter["name"], parameter.get("style", "form")
    explode = parameter.get("explode", style == "form")
    if isinstance(value, dict):
        names = {key: f"{name}[{key}]" if style == "deepObject" else key for key in value}
        if style == "deepObject" or explode:
            return [(names[key], _text(one)) for key, one in value.items()]
        return [(name, ",".join(f"{key},{_text(one)}" for key, one in value.items()))]
    if not isinstance(value, list):
        return [(name, _text(value))]
    if explode:
        return [(name, _text(one)) for one in value]
    return [(name, _DELIMITERS[style].join(map(_text, value)))]


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _same(what: str, found: Any, due: Any) -> None:
    if found != due:
        raise LossError(f"{what}: {found!r}, where {due!r} is due")

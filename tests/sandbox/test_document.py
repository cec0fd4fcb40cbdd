"""The effective document: every operation answers, and answers as the document says."""

from __future__ import annotations

import base64
import json
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
from openapi_schema_validator import OAS30Validator

from coze_sandbox import Sandbox, Scenario
from coze_sandbox._call import Call
from coze_sandbox._dialogue import Dialogue
from coze_sandbox._document import has_data, load
from coze_sandbox._json import ABSENT
from coze_sandbox._scripts import load as load_scripts
from coze_sandbox._synthesis import Synthesiser

if TYPE_CHECKING:
    from coze_sandbox._document import Operation

pytest.importorskip("coze_api")
DOCUMENT = load()
SYNTHESISER = Synthesiser(DOCUMENT)
OPERATIONS = {one.name: one for one in DOCUMENT.operations}
# The token service answers who is registered, and has tests of its own.
PUBLIC = [
    name
    for name, one in OPERATIONS.items()
    if "x-client-internal" not in one.raw and one.socket is None
]
AUDIO = "input_audio_buffer.append"
RIFF = base64.b64encode(b"RIFF").decode()
SCRIPTS = [
    file.name.removesuffix(".sse")
    for file in resources.files("coze_sandbox").joinpath("streams").iterdir()
]


def request_of(operation: Operation, base: str) -> httpx.Request:
    """Return a request with every argument that the document has, but those of a page."""
    unasked = operation.pagination.arguments if operation.pagination else ()
    path = operation.path
    query: dict[str, str] = {}
    headers = {"authorization": "Bearer sandbox"}
    for parameter in operation.parameters:
        name = parameter["name"]
        example = parameter.get("example", ABSENT)
        value = SYNTHESISER.value(parameter["schema"], name=name, example=example)
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(text, safe=""))
        elif parameter["in"] == "query" and (name not in unasked or parameter.get("required")):
            query[name] = text.lower() if isinstance(value, bool) else text
        elif "x-client-constant" in parameter:
            headers[name] = parameter["x-client-constant"]
    return httpx.Request(
        operation.method, f"{base}{path}", params=query, headers=headers, **body_of(operation)
    )


def body_of(operation: Operation) -> dict[str, Any]:
    for media_type, content in operation.bodies.items():
        unasked = operation.pagination.arguments if operation.pagination else ()
        made = SYNTHESISER.value(content["schema"])
        if media_type == "application/json":
            return {"json": {name: value for name, value in made.items() if name not in unasked}}
        properties = DOCUMENT.resolve(content["schema"])["properties"]
        formats = {name: DOCUMENT.resolve(node).get("format") for name, node in properties.items()}
        files = {name: b"content" for name in made if formats[name] == "binary"}
        return {"files": files, "data": {n: v for n, v in made.items() if n not in files}}
    return {}


def check(schema: dict[str, Any], value: object) -> None:
    # Alternatives whose objects are open overlap: one of them has to fit, not only one.
    alternatives = {"anyOf": schema["oneOf"]} if "oneOf" in schema else schema
    whole = {**alternatives, "components": DOCUMENT.raw["components"]}
    errors = [error.message for error in OAS30Validator(whole).iter_errors(value)]
    assert errors == []


@pytest.mark.parametrize("name", PUBLIC)
def test_an_operation_answers_as_the_document_says(coze_sandbox: Sandbox, name: str) -> None:
    operation = OPERATIONS[name]
    with httpx.Client() as client:
        answer = client.send(request_of(operation, coze_sandbox.url))
    assert answer.status_code == 200, answer.text
    media_type = answer.headers["content-type"]
    assert media_type in operation.answers or not operation.answers
    if media_type == "application/json" and operation.answers:
        check(operation.answers[media_type]["schema"], answer.json())


@pytest.mark.parametrize("name", [n for n, one in OPERATIONS.items() if one.stream])
def test_a_stream_has_a_script(coze_sandbox: Sandbox, name: str) -> None:
    stream = OPERATIONS[name].stream
    assert stream is not None
    assert stream.name in SCRIPTS
    method = OPERATIONS[name].name_of(streamed=True)
    variants = [one.partition(".")[2] for one in SCRIPTS if one.startswith(f"{stream.name}.")]
    for variant in (None, *variants):
        coze_sandbox.scenario(Scenario(script=variant), operation=method, times=1)
        text = streamed(coze_sandbox, OPERATIONS[name])
        for block in filter(None, text.split("\n\n")):
            fields = dict(line.split(":", 1) for line in block.splitlines())
            event, data = fields["event"].strip(), fields["data"].strip()
            if data:
                check(stream.events[event], json.loads(data))


@pytest.mark.parametrize("name", [n for n, one in OPERATIONS.items() if one.socket])
def test_a_socket_has_a_script_whose_events_are_those_of_the_document(name: str) -> None:
    operation = OPERATIONS[name]
    socket = operation.socket
    assert socket is not None
    script = load_scripts(socket.events)
    call = Call(operation, {}, (), {}, b"")
    heard: set[str] = set()
    for variant in (None, *script.variants):
        for sent, event in operation.events.items():
            dialogue = Dialogue(call, socket, Scenario(script=variant), SYNTHESISER, "log")
            body = event.bodies["application/json"]["schema"]["properties"]["data"]
            data = SYNTHESISER.value(body) | ({"delta": RIFF} if sent == AUDIO else {})
            _, items = dialogue.answer({"event_type": sent, "data": data}, pending=True)
            for item in items:
                said = json.loads(dialogue.encode(item))
                heard.add(said["event_type"])
                assert ("data" in said) <= has_data(socket.receive[said["event_type"]])
                if "data" in said:
                    check(socket.receive[said["event_type"]], said["data"])
    assert heard >= {*socket.turn}


def streamed(sandbox: Sandbox, operation: Operation) -> str:
    request = request_of(operation, sandbox.url)
    body = json.loads(request.content)
    if operation.stream and operation.stream.switch:
        body[operation.stream.switch] = True
    headers = {name: request.headers[name] for name in ("authorization", "content-type")}
    answer = httpx.post(request.url, json=body, headers=headers)
    assert answer.headers["content-type"] == "text/event-stream"
    return answer.text

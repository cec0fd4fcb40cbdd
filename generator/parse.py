"""Reads the effective spec with openapi-python-client, whose classes the plan is made from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import GeneratorError as ParserFailure
from openapi_python_client.parser.openapi import GeneratorData
from openapi_python_client.strings import ClassName

from generator.errors import GeneratorError, raise_all
from generator.normalise import marked
from generator.normalise.objects import REST, Objects
from generator.normalise.walk import ORIGIN, operations
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.errors import ParseError
    from openapi_python_client.parser.openapi import Endpoint, EndpointCollection
    from openapi_python_client.parser.properties import ModelProperty

    from generator.normalise.objects import Members

_COVER: Final = re.compile("property_([0-9a-f]*)")
_COMPONENT: Final = re.compile(r"/components/schemas/\w+")
_REPR: Final = re.compile(r" <[\w.]+ object at 0x[0-9a-f]+>")
"""What the parser prints in the place of a name."""
_REMOVALS: Final = "\n\nFailure to process schema has resulted in the removal of:"
_UNFOUND: Final = "Could not find reference in parsed models or enums"
"""The complaint about a reference to what is refused itself: all references lead somewhere."""
_KNOWN_CONTENT: Final = ("application/json", "multipart/form-data", "application/octet-stream")


@frozen
class Parsed:
    """What openapi-python-client understood of the document.

    Attributes:
        endpoints: By (path, method in lower case).
        models: By component name.
    """

    endpoints: dict[tuple[str, str], Endpoint]
    models: dict[str, ModelProperty]

    def properties(self, name: str) -> dict[str, bool]:
        """Return the properties of a model, ``*`` for further ones, and which are required."""
        model = self.models[name]
        found = [*(model.required_properties or ()), *(model.optional_properties or ())]
        names = {_uncovered(prop.name.get_untrusted_value()): prop.required for prop in found}
        return names | ({REST: False} if model.additional_properties else {})


def parse(document: dict[str, Any], objects: Objects) -> Parsed:
    """Parse an effective spec.

    Raises:
        GeneratorError: The parser would leave something out; its complaints are listed.
    """
    data = _read(document, objects)
    if any(_complaints(document, data)):
        # Marks say what a complaint is about; only errors need them.
        document = marked(document)
        data = _read(document, Objects(document.get("components", {}).get("schemas", {})))
        complaints = list(_complaints(document, data))
        raise_all([one for one in complaints if _UNFOUND not in one.message] or complaints)
    endpoints = {
        place: endpoint
        for place, collection in _collections(document, data)
        for endpoint in collection.endpoints
    }
    raise_all(
        GeneratorError(
            "openapi-python-client leaves the operation out",
            pointer=join("/paths", path, method),
            remedy="Describe it more simply in an overlay; see generated/openapi.yaml.",
        )
        for path, method, _ in operations(document)
        if (path, method) not in endpoints
    )
    by_class = {model.class_info.name: model for model in data.models}
    components = {name: by_class.get(ClassName(name, "")) for name in objects.components}
    parsed = Parsed(endpoints, {name: model for name, model in components.items() if model})
    for name in components:
        if objects.is_object(name):
            found = parsed.properties(name) if name in parsed.models else {}
            objects.check(name, found, "openapi-python-client")
    return parsed


def _read(document: dict[str, Any], objects: Objects) -> GeneratorData:
    content_types: set[str] = set()
    view = {
        "openapi": document["openapi"],
        "info": {"title": "", "version": ""},
        "paths": _paths(document, content_types),
        "components": {
            "schemas": {
                name: _schema(_composed(objects.of(name)) if objects.is_object(name) else schema)
                for name, schema in objects.components.items()
            }
        },
    }
    overrides = {
        name: "application/json" if name.startswith("text/") else "application/octet-stream"
        for name in content_types.difference(_KNOWN_CONTENT)
    }
    config = Config.from_sources(
        ConfigFile(content_type_overrides=overrides),
        MetaType.NONE,
        document_source=Path("openapi.yaml"),
        file_encoding="utf-8",
        overwrite=True,
        output_path=None,
    )
    try:
        data = GeneratorData.from_dict(view, config=config)
    except Exception as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error
    if isinstance(data, ParserFailure):
        raise _unreadable(data.detail or data.header)
    return data


def _unreadable(reason: str) -> GeneratorError:
    return GeneratorError(
        f"openapi-python-client can't read the effective spec: {_uncovered(reason)}",
        pointer="",
        remedy="Describe what it names more simply in an overlay; see generated/openapi.yaml.",
    )


def _collections(
    document: dict[str, Any], data: GeneratorData
) -> Iterator[tuple[tuple[str, str], EndpointCollection]]:
    """Return the operations (path, method in lower case), with what the parser made of each."""
    places = [(path, method) for path, method, _ in operations(document)]
    for tag, collection in data.endpoint_collections_by_tag.items():
        yield places[int(tag.removeprefix("operation"))], collection


def _complaints(document: dict[str, Any], data: GeneratorData) -> Iterator[GeneratorError]:
    """Return what the parser leaves out, at the nearest place that it knows."""
    for complaint in data.errors:
        named = _COMPONENT.search(f"{complaint.header} {complaint.detail}")
        yield _error(complaint, named[0] if named else "/components/schemas")
    for place, collection in _collections(document, data):
        for complaint in collection.parse_errors:
            yield _error(complaint, join("/paths", *place))


def _error(complaint: ParseError, owner: str) -> GeneratorError:
    """Return an error about a complaint, at what the parser read; ``owner`` if it does not say."""
    marks: dict[str, Any] = (complaint.data.model_extra if complaint.data else None) or {}
    reason, _, _ = (complaint.detail or complaint.header).partition(_REMOVALS)
    return GeneratorError(
        f"openapi-python-client would leave this out: {_uncovered(_REPR.sub('', reason))}",
        pointer=marks.get(ORIGIN, owner),
        remedy="Correct it with an overlay.",
    )


def _paths(document: dict[str, Any], content_types: set[str]) -> dict[str, Any]:
    """Return the operations, numbered: the parser would make a name of its own from an id.

    Each has a tag of its own, so that what the parser says under a tag is about one operation.
    """
    paths: dict[str, Any] = {}
    for number, (path, method, operation) in enumerate(operations(document)):
        view: dict[str, Any] = {
            "operationId": f"operation{number}",
            "tags": [f"operation{number}"],
            "parameters": [
                {
                    "name": parameter["name"],
                    "in": parameter["in"],
                    "required": parameter.get("required", False),
                    # Which forms a list may have is decided in the plan; the parser refuses some.
                    "schema": {"type": "string"},
                }
                for parameter in operation.get("parameters", [])
            ],
            "responses": {
                status: {"description": "", "content": _content(response, content_types)}
                for status, response in operation["responses"].items()
            },
        }
        body = operation.get("requestBody")
        if body:
            view["requestBody"] = {
                "required": body.get("required", False),
                "content": _content(body, content_types),
            }
        paths.setdefault(path, {})[method] = view
    return paths


def _content(owner: dict[str, Any], content_types: set[str]) -> dict[str, Any]:
    content = owner.get("content", {})
    content_types.update(content)
    return {name: {"schema": _schema(media.get("schema", {}))} for name, media in content.items()}


def _composed(members: Members) -> dict[str, Any]:
    """Return an object schema with nothing left to compose."""
    return {
        "type": "object",
        "properties": {name: part.node for name, part in members.properties.items()},
        "required": [name for name, required in members.named().items() if required],
        "additionalProperties": members.rest is not None,
    }


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema's structure alone.

    Enumerations, free-form objects, titles, defaults and examples stay away from the parser, which
    would make classes of some and reject others; the plan reads them from the document. Properties
    go under cover: the parser would make Python names of its own, and reject those that are alike.
    """
    if "$ref" in schema:
        return {key: schema[key] for key in ("$ref", ORIGIN) if key in schema}
    # A composition that is not an object is refused, where something needs its type.
    if len(schema.get("allOf", ())) > 1 or (
        schema.get("type") == "object" and not schema.keys() & {"properties", "allOf"}
    ):
        return {}
    view: dict[str, Any] = {key: schema[key] for key in ("type", "format", ORIGIN) if key in schema}
    if "properties" in schema:
        view["properties"] = {
            _covered(name): _schema(value) for name, value in schema["properties"].items()
        }
    if "required" in schema:
        view["required"] = [_covered(name) for name in schema["required"]]
    for key in ("items", "additionalProperties"):
        if key in schema:
            inner: dict[str, Any] | bool = schema[key]
            view[key] = inner if isinstance(inner, bool) else _schema(inner)
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            view[key] = [_schema(member) for member in schema[key]]
    return view


def _covered(name: str) -> str:
    return f"property_{name.encode().hex()}"


def _uncovered(text: str) -> str:
    """Return a text of the parser with the names that the document has."""
    return _COVER.sub(lambda match: bytes.fromhex(match[1]).decode(), text)

"""Media types: how a body is written and an answer read; and the pass that leaves each one form."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from generator.errors import GeneratorError
from generator.normalise.walk import Node, Part, rewrite, shape_of, successes
from generator.spec import follow, join, json_path

Kind: TypeAlias = Literal["json", "form", "multipart", "events", "raw"]

JSON: Final = "application/json"
_WILDCARDS: Final = frozenset({"*/*", "application/*"})
_CANONICAL: Final[dict[Kind, str]] = {
    "json": JSON,
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",
    "events": "text/event-stream",
}
"""The spelling of each kind; a raw one has its own."""
_KINDS: Final[dict[str, Kind]] = {
    **{name: kind for kind, name in _CANONICAL.items()},
    "text/json": "json",
    **dict.fromkeys(_WILDCARDS, "json"),
}
_STRUCTURED: Final = ("properties", "additionalProperties", "items", "allOf", "oneOf", "anyOf")


def media_types(document: Node) -> Node:
    """Spell JSON, forms and event streams one way, and drop duplicates under other media types.

    A body in a JSON of its own, as in ``application/merge-patch+json``, keeps that media type.

    Raises:
        GeneratorError: A body or an answer has several forms, and one has to be chosen.
    """

    def change(part: Part) -> Node:
        operation = part.node
        body: Node = operation.get("requestBody", {})
        if "content" in body:
            pointer = join(part.pointer, "requestBody", "content")
            content = _one_form(document, body["content"], pointer, is_body=True)
            operation = operation | {"requestBody": body | {"content": content}}
        for status, response in successes(operation).items():
            if "content" in response:
                pointer = join(part.pointer, "responses", status, "content")
                content = _one_form(document, response["content"], pointer, is_body=False)
                changed = {status: response | {"content": content}}
                operation = operation | {"responses": operation["responses"] | changed}
        return operation

    return rewrite(document, {"operation": change})


def _one_form(document: Node, content: Node, pointer: str, *, is_body: bool) -> Node:
    forms: dict[str, Node] = {}
    spelled: dict[str, str] = {}
    for media_type, media in content.items():
        name = _canonical(document, media_type, media, pointer)
        first = spelled.setdefault(name, media_type)
        if shape_of(forms.setdefault(name, media).get("schema", {})) != shape_of(
            media.get("schema", {})
        ):
            raise _choice(document, pointer, first, media_type)
    names = [name for name in forms if kind_of(name) != "events"]
    kept = JSON if JSON in names else next(iter(names), "")
    for name in names:
        both_raw = kind_of(name) == kind_of(kept) == "raw"
        same = shape_of(forms[name].get("schema", {})) == shape_of(forms[kept].get("schema", {}))
        if name == kept or (both_raw and not is_body):
            continue
        if both_raw or not same:
            raise _choice(document, pointer, spelled[kept], spelled[name])
        del forms[name]
    in_json = [_without_parameters(one) for one in content if kind_of(one) == "json"]
    if is_body and in_json and all(one.endswith("+json") for one in in_json):
        return {spelled[name] if name == JSON else name: media for name, media in forms.items()}
    return forms


def _canonical(document: Node, media_type: str, media: Node, pointer: str) -> str:
    name = _without_parameters(media_type)
    if name in _WILDCARDS:
        schema = follow(document, media.get("schema", {}))
        if schema.get("format") == "binary":
            return "application/octet-stream"
        if schema.get("type", "string") == "string" and not any(map(schema.get, _STRUCTURED)):
            raise GeneratorError(
                f"{media_type} does not say whether this is JSON or a file",
                pointer=join(pointer, media_type),
                remedy=f"Name the media type in an overlay, as in {JSON}.",
            )
    return _CANONICAL.get(kind_of(media_type), media_type)


def _choice(document: Node, pointer: str, one: str, other: str) -> GeneratorError:
    targets = " or ".join(json_path(document, join(pointer, name)) for name in (one, other))
    return GeneratorError(
        f"{one} and {other} say different things, and only one of them can be used",
        pointer=join(pointer, other),
        remedy=f"Remove one of them in an overlay: target {targets}.",
    )


def kind_of(media_type: str) -> Kind:
    """Return the kind of a media type; its parameters and its case make no difference."""
    name = _without_parameters(media_type)
    return "json" if name.endswith("+json") else _KINDS.get(name, "raw")


def _without_parameters(media_type: str) -> str:
    """Return a media type in lower case, without its parameters."""
    return media_type.partition(";")[0].strip().lower()

"""Small documents with a hostile text in each place that holds one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from generator.spec import join

Node = dict[str, Any]
STRING: Node = {"type": "string"}


def ref(name: str) -> Node:
    return {"$ref": "#" + quote(join("/components/schemas", name))}


def thing(**properties: Node) -> Node:
    return {"type": "object", "properties": properties}


def answer(data: Node, *, media: str = "application/json") -> Node:
    schema = thing(code={"type": "integer"}, msg=STRING, data=data)
    return {"200": {"description": "Success", "content": {media: {"schema": schema}}}}


def body(schema: Node) -> Node:
    return {"content": {"application/json": {"schema": schema}}}


def document(paths: Node, schemas: Node | None = None) -> Node:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "x-client-envelope": {"data": "data", "fields": ["code", "msg"]},
        "paths": paths,
        "components": {"schemas": schemas or {}},
    }


def with_text(text: str) -> Node:
    """Return a document with a text wherever it says something in words, or names a value and not a thing."""
    said = {"description": text, "x-note": {text: text}, "x-coze-remark": text}
    described = {**STRING, "description": text}
    result = document(
        {
            "/v1/things/{thing_id}": {
                "post": {
                    "operationId": "things.create",
                    "summary": text,
                    **said,
                    "tags": [text],
                    "externalDocs": {"url": "https://docs.example.com/a", "description": text},
                    "x-client-permission": text or "none",
                    "parameters": [
                        {"name": "thing_id", "in": "path", "required": True, "schema": described},
                        {
                            "name": "mode",
                            "in": "query",
                            **said,
                            "schema": {**STRING, "enum": [f"{text}a", f"{text}b"]},
                        },
                        {
                            "name": "size",
                            "in": "query",
                            "required": True,
                            "schema": {**STRING, "default": text, "example": text},
                        },
                    ],
                    "requestBody": {
                        **said,
                        "content": {
                            "application/json": {
                                "schema": thing(message=described, order=ref("Order")),
                                "example": {text: text},
                            }
                        },
                    },
                    "responses": answer(ref("Thing")),
                }
            },
            "/v1/watch": {
                "get": {
                    "operationId": "things.watch",
                    "x-client-stream": {
                        "name": "ThingEvent",
                        "events": {
                            f"{text}.said": ref("Thing"),
                            f"{text}.paused": ref("Thing"),
                            f"{text}.failed": ref("Thing"),
                            f"{text}.over": STRING,
                        },
                        "end": [f"{text}.over"],
                        "pause": [f"{text}.paused"],
                        "errors": [f"{text}.failed"],
                    },
                    "responses": answer(ref("Thing"), media="text/event-stream"),
                }
            },
            "/v1/talk": {
                "get": {
                    "operationId": "things.talk",
                    **said,
                    "x-client-socket": {
                        "name": "ThingSocket",
                        "events": "ThingSocketEvent",
                        "send": {
                            "thing.update": {**said, "allOf": [ref("Order")]},
                            "thing.end": {"description": text},
                        },
                        "receive": {
                            f"{text}.made": {"description": text},
                            f"{text}.failed": ref("Thing"),
                            f"{text}.over": {**said, "allOf": [ref("Thing")]},
                        },
                        "ready": f"{text}.made",
                        "errors": [f"{text}.failed"],
                        "turn": [f"{text}.over"],
                        "turn_after": {"thing.end": [f"{text}.over"]},
                        "settings": "thing.update",
                        "resume": {"message": "message"},
                        "pipe": {
                            "feed": "thing.update.message",
                            "done": "thing.end",
                            "take": f"{text}.over.message",
                            "end": f"{text}.over",
                        },
                    },
                    "responses": {"101": said},
                }
            },
        },
        {
            "Thing": {
                **thing(
                    message={**described, "default": text, "example": text},
                    kind={**STRING, "enum": [f"{text}a", f"{text}b"], "description": text},
                    colour=ref("Colour"),
                    number=ref("Number"),
                ),
                **said,
            },
            "Order": {
                **thing(
                    message={**described, "default": text},
                    kind={**STRING, "enum": [f"{text}a", f"{text}b"]},
                    colour=ref("Colour"),
                ),
                **said,
            },
            "Colour": {**STRING, **said, "enum": [f"{text}a", f"{text}b"]},
            "Number": {"type": "integer", **said, "enum": [0], "x-enum-varnames": ["Zero"]},
        },
    )
    result["info"] |= {"title": text, "version": text, "description": text}
    result["servers"][0]["description"] = text
    result["tags"] = [{"name": text, "description": text}]
    result[f"x-{text}"] = {text: [text]}
    return result


def with_fields(name: str, *more: str) -> Node:
    """Return a document with a name for fields and parameters, and in the keys that name those.

    Further names are for fields of answers and requests alone.
    """
    others = {other: STRING for other in more if other != name}
    page = thing(**{name: {"type": "array", "items": ref("Thing")}, f"{name}_all": STRING})
    query = {"in": "query", "schema": STRING}
    return document(
        {
            "/v1/things": {
                "post": {
                    "operationId": "things.create",
                    "parameters": [{"name": f"{name}_q", **query}],
                    "requestBody": body(thing(**{name: STRING, f"{name}_o": ref("Order")})),
                    "responses": answer(ref("Thing")),
                },
                "get": {
                    "operationId": "things.list",
                    "x-client-pagination": {
                        "style": "number",
                        "page": name,
                        "size": f"{name}_s",
                        "items": f"data.{name}",
                        "total": f"data.{name}_all",
                    },
                    "parameters": [{"name": name, **query}, {"name": f"{name}_s", **query}],
                    "responses": answer({**page, "x-client-name": "ThingList"}),
                },
            },
            "/v1/several": {
                "get": {
                    "operationId": "things.mget",
                    "x-client-batch": {"argument": name, "size": 2, "join": name},
                    "parameters": [
                        {
                            "name": name,
                            "in": "query",
                            "required": True,
                            "style": "form",
                            "explode": False,
                            "schema": {"type": "array", "items": STRING},
                        }
                    ],
                    "responses": answer({**page, "x-client-name": "ThingList"}),
                }
            },
        },
        {
            "Thing": thing(**{name: STRING, f"{name}2": STRING, **others}),
            "Order": thing(**{name: STRING, f"{name}2": ref("Order"), **others}),
        },
    )


def with_path(name: str) -> Node:
    """Return a document with a name for a path parameter."""
    parameter = {"name": name, "in": "path", "required": True, "schema": STRING}
    return document(
        {
            f"/v1/{{{name}}}/x": {
                "get": {
                    "operationId": "things.retrieve",
                    "parameters": [parameter],
                    "responses": answer(STRING),
                }
            }
        }
    )


def with_url(text: str) -> Node:
    """Return a document with a text as a part of a path."""
    operation = {"operationId": "things.retrieve", "responses": answer(STRING)}
    return document({f"/v1/{text}": {"get": operation}})


def with_header(name: str, constant: str | None = None) -> Node:
    """Return a document with a header parameter, or a header that is always sent."""
    parameter: Node = {"name": name, "in": "header", "schema": STRING}
    if constant is not None:
        parameter |= {"required": True, "x-client-constant": constant}
    operation = {
        "operationId": "things.retrieve",
        "parameters": [parameter],
        "responses": answer(STRING),
    }
    return document({"/v1/x": {"get": operation}})


def with_class(name: str) -> Node:
    """Return a document with a name for an enumeration, and for a component used both ways."""
    operation = {
        "operationId": "things.create",
        "requestBody": body(thing(one=ref(name), kind=ref(f"{name}Kind"))),
        "responses": answer(ref(name)),
    }
    schemas = {
        name: thing(text=STRING, inner=ref(name), kind=ref(f"{name}Kind"), free={"type": "object"}),
        f"{name}Kind": {**STRING, "enum": ["a", "b"]},
    }
    return document({"/v1/x": {"post": operation}}, schemas)


def with_class_key(name: str) -> Node:
    """Return a document with the same name, given by ``x-client-name``."""
    result = with_class("Thing")
    result["components"]["schemas"]["Thing"]["x-client-name"] = name
    return result


def with_stream(name: str) -> Node:
    """Return a document with a name for a union of events."""
    result = with_text("x")
    result["paths"]["/v1/watch"]["get"]["x-client-stream"]["name"] = name
    return result


def with_operation(method: str, resource: str = "things") -> Node:
    """Return a document with a name for a method, or for a resource below which others stand."""
    listed = {"type": "array", "items": ref("Thing")}
    texts = {"type": "array", "items": STRING}
    return document(
        {
            "/v1/a": {"get": {"operationId": f"{resource}.{method}", "responses": answer(listed)}},
            "/v1/b": {
                "get": {
                    "operationId": f"{resource}.zoo",
                    "parameters": [{"name": "ids", "in": "query", "schema": texts}],
                    "responses": answer({"type": "object"}),
                }
            },
            "/v1/c": {"get": {"operationId": f"{resource}.deep.zoo", "responses": answer(listed)}},
        },
        {"Thing": thing(text=STRING)},
    )


def with_label(label: str) -> Node:
    """Return a document with a name for the member of an enumeration."""
    schemas = {
        "Number": {"type": "integer", "enum": [0, 1], "x-enum-varnames": [label, "Other"]},
        "Thing": thing(number=ref("Number")),
    }
    operation = {"operationId": "things.retrieve", "responses": answer(ref("Thing"))}
    return document({"/v1/x": {"get": operation}}, schemas)


def with_envelope(name: str) -> Node:
    """Return a document with a name for the field that holds the result."""
    schema = thing(**{"code": {"type": "integer"}, name: ref("Thing")})
    success = {"description": "Success", "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "things.retrieve", "responses": {"200": success}}
    result = document({"/v1/x": {"get": operation}}, {"Thing": thing(text=STRING)})
    result["x-client-envelope"] = {"data": name, "fields": ["code", "msg"]}
    return result


def with_switch(name: str) -> Node:
    """Return a document with a name for the body field that asks for a stream."""
    result = with_text("x")
    operation = result["paths"]["/v1/watch"].pop("get")
    operation["x-client-stream"] |= {"method": "things.follow", "switch": name}
    operation["requestBody"] = body(thing(**{name: {"type": "boolean"}, "text": STRING}))
    operation["responses"]["200"]["content"] |= answer(ref("Thing"))["200"]["content"]
    result["paths"]["/v1/watch"]["post"] = operation
    return result

"""Small documents that mean large things."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from generator.json_values import MAX_BYTES, MAX_VALUES
from generator.normalise._limits import MAX_PARTS

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = 10_000
HEAD = {"openapi": "3.0.3", "info": {"title": "Test", "version": "1"}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def name(number: int) -> str:
    """Return a class name without a number."""
    return "N" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def document(schemas: dict[str, Any], **more: Any) -> str:
    answer = {"type": "object", "properties": {"data": ref(next(iter(schemas))), "more": {}}}
    content = {"application/json": {"schema": answer}}
    operation = {
        "operationId": "things.retrieve",
        "requestBody": {"content": content},
        "responses": {"200": {"description": "OK", "content": content}},
    }
    paths = {"/things": {"post": operation}}
    return json.dumps(HEAD | {"paths": paths, "components": {"schemas": schemas}} | more)


def chain(link: Callable[[str], dict[str, Any]], levels: int = LEVELS) -> str:
    schemas = {name(number): link(name(number + 1)) for number in range(levels)}
    return document(schemas | {name(levels): {"type": "object", "properties": {"end": {}}}})


def nested(levels: int) -> dict[str, Any]:
    example: dict[str, Any] = {}
    for _ in range(levels):
        example = {"one": example}
    return example


def doubling(levels: int, **more: Any) -> str:
    """Return a document with two ways at each of some levels, so 2^levels of them."""
    schemas = {
        name(number): {
            "type": "object",
            "properties": {"one": {"anyOf": [ref(name(number + 1)), ref(name(number + 1))]}},
        }
        for number in range(levels)
    }
    schemas[name(0)] |= more
    return document(schemas | {name(levels): {"type": "string"}})


def aliases(levels: int) -> str:
    lines = (
        f"x-{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)
    )
    return "\n".join(["openapi: 3.0.3", "x-0: &a0 [x, x, x, x, x, x, x, x, x, x]", *lines])


def wide(objects: int, properties: int) -> str:
    """Return a document with an object of objects."""
    parts = {
        name(number): {
            "type": "object",
            "properties": {f"p_{one}": {"type": "string"} for one in range(properties)},
        }
        for number in range(objects)
    }
    fields = {f"part_{part.lower()}": ref(part) for part in parts}
    return document({"Aa": {"type": "object", "properties": fields}, **parts})


WIDE = {f"property_{number}": {"type": "string"} for number in range(100_000)}
BOMBS: dict[str, tuple[str, str]] = {
    "deep YAML": ("[" * LEVELS + "]" * LEVELS, "nested deeper"),
    "deep YAML in block style": (
        "\n".join(f"{' ' * level}a:" for level in range(LEVELS // 10)), "nested deeper",
    ),
    "deep keys of YAML": ("? " * LEVELS, ""),
    "deep JSON": ("[" * LEVELS + "]" * LEVELS, ""),
    "YAML aliases": (aliases(30), "aliases written out"),
    "an alias of itself": ("openapi: &a [*a]", "nothing complete"),
    "a deep schema": (
        '{"a":' * LEVELS + "1" + "}" * LEVELS, "nested deeper",
    ),
    "a chain of objects": (chain(lambda to: {"type": "object", "properties": {"to": ref(to)}}), "a chain that is too long"),
    "a chain of arrays": (chain(lambda to: {"type": "array", "items": ref(to)}), "deeper"),
    "a chain of allOf": (
        chain(lambda to: {"allOf": [ref(to), {"type": "object", "properties": {to: {}}}]}), "deeper",
    ),
    "a chain of plain references": (chain(ref), ""),
    "a circle of references": (document({"Aa": ref("Bb"), "Bb": ref("Aa")}), "refers to itself"),
    "an array of itself": (document({"Aa": {"type": "array", "items": ref("Aa")}}), "contains itself"),
    "an object of itself": (
        document({"Aa": {"type": "object", "properties": {"inner": ref("Aa")}}}), "built",
    ),
    "types that double": (
        document(
            {
                name(number): {
                    "oneOf": [
                        {"type": "array", "items": ref(name(number + 1))},
                        {"type": "object", "additionalProperties": ref(name(number + 1))},
                    ]
                }
                for number in range(40)
            }
            | {name(40): {"type": "string"}}
        ),
        "references written out",
    ),
    "an example that doubles": (doubling(40, example=nested(40)), ""),
    "a default that doubles": (doubling(40, default=nested(40)), ""),
    "a pattern that backtracks": (
        document({"Aa": {"type": "object", "properties": {"text": {
            "type": "string", "pattern": "^(a+)+$", "default": "a" * 50 + "!", "example": "a" * 50 + "!",
        }}}}),
        "built",
    ),
    "bodies that multiply": (
        json.dumps(HEAD | {
            "paths": {
                f"/things/{number}": {"get": {
                    "operationId": f"things.get_{name(number).lower()}",
                    "responses": {"200": {"$ref": "#/components/responses/Large"}},
                }}
                for number in range(1000)
            },
            "components": {"responses": {"Large": {"description": "d", "x-much": list(range(10_000))}}},
        }),
        "references written out",
    ),
    "100,000 properties": (document({"Aa": {"type": "object", "properties": WIDE}}), "more than 2000"),
    "300,000 properties of many objects": (wide(300, 1000), f"more than {MAX_PARTS} parts"),
    "100,000 properties that nothing needs": (
        document({"Aa": {"type": "object", "properties": {"a": {}}}, **{
            f"Unused{name(part)}": {"type": "object", "properties": {
                f"p_{number}": {} for number in range(1000)
            }} for part in range(100)
        }}), "built",
    ),
    "many values": (
        document({"Aa": {}}, **{"x-values": [1] * MAX_VALUES}),
        f"more than {MAX_VALUES} values",
    ),
    "a large file": (
        document({"Aa": {}}, **{"x-text": "a" * MAX_BYTES}),
        f"larger than {MAX_BYTES >> 20} MiB",
    ),
    "100,000 values of an enumeration": (
        document({"Aa": {"type": "string", "enum": list(WIDE)}}), "more than 2000 enum",
    ),
    "100,000 members of allOf": (document({"Aa": {"allOf": [{"type": "object"}] * 100_000}}), "more than 2000 allOf"),
    "a long operation id": (
        document({"Aa": {}}).replace("things.retrieve", ".".join(["a"] * LEVELS)), "",
    ),
    "a long class name": (
        document({"Aa" * 300: {"type": "object", "properties": {"a": {}}}}), "",
    ),
    "a number of many digits": (document({"Aa": {}}, **{"x-number": 7}).replace("7", "7" * 5000), "digits"),
}  # fmt: skip

SLOW = {
    "100,000 members of allOf",
    "100,000 properties",
    "a chain of allOf",
    "a chain of arrays",
    "a chain of objects",
    "a default that doubles",
    "many values",
    "an example that doubles",
    "300,000 properties of many objects",
    "100,000 properties that nothing needs",
}
"""Those that take seconds."""

"""Small files that mean large things: refused, or built, within bounds of memory and time.

Each runs in a process of its own that the system ends at 2 GB of address space and 60 seconds of
work.
"""

from __future__ import annotations

import json
import os
import resource
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from generator.build import Project, build
from generator.errors import GeneratorError
from generator.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEMORY = 2 << 30
SECONDS = 60
LEVELS = 10_000
HEAD = {"openapi": "3.0.3", "info": {"title": "Test", "version": "1"}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def name(number: int) -> str:
    """A class name without a number."""
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
    """Two ways at each of some levels, so 2^levels of them."""
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
    "a chain of objects": (chain(lambda to: {"type": "object", "properties": {"to": ref(to)}}), ""),
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
    "100,000 properties of many objects": (
        document({
            "Aa": {"type": "object", "properties": {
                f"part_{name(part).lower()}": ref(name(part)) for part in range(10)
            }},
            **{name(part): {"type": "object", "properties": {
                f"p_{number}": {"type": "string"} for number in range(100)
            }} for part in range(10)},
            **{f"Unused{name(part)}": {"type": "object", "properties": {
                f"p_{number}": {"type": "string"} for number in range(1000)
            }} for part in range(99)},
        }),
        "built",
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


def limited_build(folder: Path) -> str:
    """What a process that may not use more than the limits says of a build."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            build(Project(folder), lambda _: None)
            told = "built"
        except GeneratorError as error:
            told = f"error: {error}"
        except BaseException:  # noqa: BLE001  # the child must not go on in the tests
            told = f"fault: {traceback.format_exc()[-2000:]}"
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        told = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return told if status == 0 else f"fault: ended by {status}"


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_built_or_is_one_error_within_bounds(tmp_path: Path, bomb: str) -> None:
    text, told = BOMBS[bomb]
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "coze.yaml").write_text(text)
    outcome = limited_build(tmp_path)
    assert not outcome.startswith("fault"), outcome
    assert told in outcome
    assert len(outcome) < 2000
    assert [path.name for path in tmp_path.iterdir()] == ["openapi"]


@pytest.mark.parametrize("name", ["bomb.yaml", "bomb.json"])
def test_an_overlay_that_is_a_bomb_is_one_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"overlay":' + "[" * LEVELS + "]" * LEVELS + "}")
    with pytest.raises(GeneratorError, match=r"nested deeper|recursion"):
        Overlay.load(tmp_path / name)


def test_an_overlay_that_grows_a_document_is_one_error(tmp_path: Path) -> None:
    """Each action copies the document into itself twice: 2^200 values."""
    copies = [{"target": "$.x", "copy": "$.x", "description": "d"}]
    actions: list[Any] = [{"target": "$", "description": "d", "update": {"x": {"a": [1]}}}]
    for number in range(200):
        actions += [
            {"target": "$.x", "description": str(number), "update": {f"a{number}": {}}},
            {**copies[0], "target": f"$.x.a{number}", "description": str(number)},
        ]
    (tmp_path / "openapi").mkdir()
    (tmp_path / "overlays").mkdir()
    (tmp_path / "openapi" / "coze.yaml").write_text(document({"Aa": {}}))
    overlay = {"overlay": "1.1.0", "info": {"title": "t", "version": "1"}, "actions": actions}
    (tmp_path / "overlays" / "00.yaml").write_text(json.dumps(overlay))
    outcome = limited_build(tmp_path)
    assert outcome.startswith("error: "), outcome

"""What emitted code says, and what a document describes, read without the generator's plan."""

from __future__ import annotations

import ast
from typing import Any

from generator.spec import resolve

Texts = dict[tuple[str, str], set[str]]


def texts_of_calls(code: str) -> Texts:
    """Return the texts that define each operation and those that use it, by method and path."""
    tree = ast.parse(code)
    names: dict[str, tuple[str, str]] = {}
    found: Texts = {}
    for node in tree.body:
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(args=args))
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=args))
            ) if len(args) > 2:
                method, path = map(ast.literal_eval, args[1:3])
                names[name] = method, path
                found.setdefault((method, path), set()).update(texts(node))
            case _:
                pass
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and inner.id in names:
                    found[names[inner.id]] |= texts(node)
    return found


def texts(node: ast.AST) -> set[str]:
    return {
        inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    }


def fields_of_models(code: str) -> dict[str, set[str]]:
    """Return the names on the wire of the fields of each model class."""
    found: dict[str, set[str]] = {}
    for node in ast.parse(code).body:
        if not isinstance(node, ast.ClassDef) or [
            ast.unparse(one) for one in node.decorator_list
        ] != ["model"]:
            continue
        wire: dict[str, str] = {}
        fields: list[str] = []
        for item in node.body:
            match item:
                case ast.Assign(targets=[ast.Name(id="__wire_names__")], value=value):
                    wire = ast.literal_eval(value)
                case ast.AnnAssign(target=ast.Name(id=name)):
                    fields.append(name)
                case _:
                    pass
        found[node.name] = {wire.get(name, name) for name in fields}
    return found


def properties(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """Return the names of the properties of an object, those of what it is made of, too."""
    if "$ref" in schema:
        return properties(document, resolve(document, schema["$ref"]))
    members = (one for key in ("allOf", "oneOf", "anyOf") for one in schema.get(key, ()))
    return set(schema.get("properties", ())).union(*(properties(document, one) for one in members))


def names_sent(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """Return the names of what an operation takes: parameters, and fields of its body."""
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    fields = (properties(document, media.get("schema", {})) for media in bodies)
    return {one["name"] for one in operation.get("parameters", ())}.union(*fields)

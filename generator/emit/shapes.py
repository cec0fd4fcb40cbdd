"""Drives datamodel-code-generator, which writes the TypedDict shapes of requests."""

from __future__ import annotations

import ast
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

from datamodel_code_generator import InputFileType, LiteralType, generate
from datamodel_code_generator.config import GenerateConfig
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import PythonVersion

from generator.errors import GeneratorError, gather
from generator.normalise.objects import REST
from generator.plan.schemas import with_deprecation
from generator.plan.texts import escaped, paragraphs
from generator.spec import join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generator.plan import RequestDict

_TITLE = '"""The shapes of dicts in requests: for type checkers; at run time any dict will do."""\n'
_STRUCTURE = (
    "$ref",
    "type",
    "enum",
    "required",
    "nullable",
    "properties",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
)


def request_shapes(shapes: Iterable[RequestDict], uses: Mapping[str, str]) -> str:
    """Return the module of request shapes.

    Raises:
        GeneratorError: datamodel-code-generator warns, fails, or changes a key.
    """
    shapes = tuple(shapes)
    wanted = {shape.name: _view(shape.schema) | _text(shape, uses) for shape in shapes}
    if not wanted:
        return _TITLE
    try:
        code = escaped(_generated(wanted))
    except GeneratorError:
        # It says of no error what it is about; alone, a schema refers to what has no shape.
        nothing: dict[str, dict[str, Any]] = {name: {} for name in wanted}
        gather(partial(_generated, nothing | {name: wanted[name]}, name) for name in wanted)
        raise
    _check_keys(code, shapes)
    return code


def _generated(schemas: dict[str, dict[str, Any]], *about: str) -> str:
    """Return the code for schemas; ``about`` names the one that an error is about."""
    view = {
        "openapi": "3.0.3",
        "info": {"title": "", "version": ""},
        "paths": {},
        "components": {"schemas": schemas},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return str(generate(view, config=_CONFIG))
        except Exception as error:
            raise GeneratorError(
                f"datamodel-code-generator can't express the request shapes: {error}",
                pointer=join("/components/schemas", *about),
                remedy="Correct it with an overlay.",
            ) from error


_CONFIG = GenerateConfig(
    input_file_type=InputFileType.OpenAPI,
    output_model_type=DataModelType.TypingTypedDict,
    target_python_version=PythonVersion.PY_311,
    enum_field_as_literal=LiteralType.All,
    use_standard_collections=True,
    use_generic_container_types=True,
    use_union_operator=True,
    use_schema_description=True,
    use_field_description=True,
    use_attribute_docstrings=True,
    use_single_line_docstring=True,
    strict_nullable=True,
    special_field_name_prefix="",
    custom_file_header=_TITLE,
    formatters=[],
)


def _view(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the structure of a schema with its texts made safe for docstrings."""
    view = {key: schema[key] for key in _STRUCTURE if key in schema}
    if schema.get("format") == "byte":
        view["format"] = "binary"  # as the library calls bytes
    if text := with_deprecation(schema, schema.get("description", "")):
        view["description"] = paragraphs(text)
    if "properties" in view:
        view["properties"] = {name: _view(value) for name, value in view["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(view.get(key), dict):
            view[key] = _view(view[key])
    for key in ("allOf", "oneOf", "anyOf"):
        if key in view:
            view[key] = [_view(member) for member in view[key]]
    return view


def _text(shape: RequestDict, uses: Mapping[str, str]) -> dict[str, str]:
    """Return what the docstring of a shape says."""
    text = paragraphs(shape.schema.get("description", ""))
    return {"description": text or uses[shape.name]}


def _check_keys(code: str, shapes: Iterable[RequestDict]) -> None:
    """Compare what was printed with the plan: the keys of each class, and which are required."""
    classes = dict(map(_printed, ast.parse(code).body))
    for shape in shapes:
        if shape.alias is not None:
            continue
        printed = classes[shape.name]
        for key in shape.keys:
            if key.wire != REST and (printed.pop(key.wire, None) != key.required):
                raise GeneratorError(
                    f"a request shape can't have the key {key.wire!r}",
                    pointer=join("/components/schemas", shape.name, "properties", key.wire),
                    remedy="Make what holds it an object without properties in an overlay.",
                )
        if printed:
            raise GeneratorError(
                f"datamodel-code-generator adds {', '.join(printed)} to {shape.name}",
                pointer=join("/components/schemas", shape.name),
                remedy="Describe the object with plain properties in an overlay.",
            )


def _printed(node: ast.stmt) -> tuple[str, dict[str, bool]]:
    """Return the name of a class, its keys, and which are required; nothing if it is none."""
    keys: list[tuple[str, ast.expr]] = []
    match node:
        case ast.ClassDef(name=name, body=body):
            for item in body:
                match item:
                    case ast.AnnAssign(target=ast.Name(id=key), annotation=type_):
                        if not _means_another(key):
                            keys.append((key, type_))
                    case _:
                        pass
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[_, ast.Dict() as made])):
            keys = [
                (ast.literal_eval(key), type_)
                for key, type_ in zip(made.keys, made.values, strict=True)
                if key
            ]
        case _:
            name = ""
    return name, {key: not ast.unparse(type_).startswith("NotRequired[") for key, type_ in keys}


def _means_another(attribute: str) -> bool:
    """Return whether Python takes an attribute of a class for another one, or for none."""
    mangled = attribute.startswith("__") and not attribute.endswith("__")
    return mangled or attribute == "__debug__"

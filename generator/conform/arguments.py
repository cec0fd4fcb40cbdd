"""The arguments with which a method sends a documented request."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from generator.conform.examples import path_names
from generator.json_values import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.conform.examples import Request
    from generator.conform.operations import Argument, Method, Operation

_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d*)")
_NUMBER: Final = re.compile(r"-?\d+\.\d+")
CONTENT: Final = b"the content of a file"
"""What is sent as the content of each file."""


@frozen
class Arguments:
    """How a documented request is asked for.

    Attributes:
        values: The arguments of the method.
        without: What the request holds that no argument stands for.
        missing: The path parameters that the request gives no value for.
        repeated: The fields of the body that repeat a parameter of the path.
    """

    values: dict[str, Any] = field(factory=dict)
    without: list[str] = field(factory=list)
    missing: list[str] = field(factory=list)
    repeated: list[str] = field(factory=list)


def arguments_for(operation: Operation, method: Method, path: str, request: Request) -> Arguments:
    """Find the arguments for a documented request.

    Args:
        operation: The operation.
        method: One of its methods.
        path: The path as the example has it; its parameters may have other names.
        request: The documented request.
    """
    found = Arguments()
    for ours, theirs in zip(path_names(operation.path), path_names(path), strict=True):
        argument = method.argument("path", ours)
        if argument is None or theirs not in request.path_params:
            found.missing.append(theirs)
        else:
            found.values[argument.name] = request.path_params[theirs]
    for name, texts in request.query.items():
        argument = method.argument("query", name)
        if argument is None:
            found.without.append(f"query {name}")
        else:
            found.values[argument.name] = _from_texts(argument, texts)
    for name, value in fields_of(request.body).items():
        argument = method.argument("body", name)
        if argument is not None:
            is_form = method.endpoint.encoding == "multipart"
            found.values[argument.name] = _from_form(argument, value) if is_form else value
        elif value == request.path_params.get(name):
            found.repeated.append(name)
        elif name != operation.switch:
            found.without.append(f"body {name}")
    return found


def some_arguments(method: Method) -> dict[str, Any]:
    """Arguments that are good enough to call a method at all."""
    return {one.name: _some(one) for one in method.arguments if one.required}


def fields_of(body: Any) -> Mapping[str, Any]:
    """The fields of a body that are given: null is what is sent for nothing."""
    given = body if is_object(body) else {}
    return {name: value for name, value in given.items() if value is not None}


def file_of(value: Any) -> tuple[str, str | None]:
    """The file name and the media type of a documented file: a path, or an object that has one."""
    file = value if is_object(value) else {"file": value}
    name = PurePosixPath(str(file.get("file")).removeprefix("@")).name
    return name, file.get("content_type")


def _from_texts(argument: Argument, texts: tuple[str, ...]) -> Any:
    if "array" in argument.kinds:
        return texts[0].split(",") if len(texts) == 1 else list(texts)
    return _from_text(argument, texts[0]) if len(texts) == 1 else list(texts)


def _from_form(argument: Argument, value: Any) -> Any:
    if argument.place == "files":
        name, media_type = file_of(value)
        return (name, CONTENT, media_type) if media_type else (name, CONTENT)
    return _from_text(argument, value) if isinstance(value, str) else value


def _from_text(argument: Argument, text: str) -> Any:
    """What a caller would give; a text that is no such value, like 12***, stays a text."""
    if "string" in argument.kinds:
        return text
    if argument.kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in argument.kinds and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in argument.kinds and text in {"true", "false"}:
        return text == "true"
    return text


def _some(argument: Argument) -> Any:
    if argument.place == "files":
        return CONTENT
    if "array" in argument.kinds:
        return []
    return 1 if "integer" in argument.kinds else "1"

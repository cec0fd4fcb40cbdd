"""Make a command of each method."""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

import coze_client as cc
from coze_client._cli._programs import client, converse
from coze_core import Resource

_SCALARS = (str, int, float, bool)
_STREAM: Any = cc.Stream
_ITEMS: Any = (cc.Page, list)
_OBJECT: Any = dict
_RECORD: Any = tuple


class UsageError(Exception):
    """A value of the command line makes no sense."""


class JSON(str):
    """JSON text, or @ and the path of a file with it."""

    __slots__ = ()


class FILE(str):
    """The path of a file, or @- for the standard input."""

    __slots__ = ()


def add_commands(app: Any, resource: Resource, path: list[str], words: list[str]) -> list[str]:
    """Add the commands of a resource; return the words with what a first @FILE holds."""
    kind, depth = type(resource), len(path)
    if path == ["chat"] and not (words[1:] and words[1][:1].isalpha()):
        app.default(converse)
    for name in _names(kind):
        member: Any = inspect.getattr_static(kind, name)
        is_method = inspect.isfunction(member)
        if not (path and _is_offered(member) if is_method else _has_commands(resource, name)):
            continue
        word = name.strip("_").replace("_", "-")
        is_named = words[depth : depth + 1] == [word]
        if is_named and is_method:
            app.command(_command([*path, name], member, kind), name=word)
            return _expanded(words, depth + 1)
        generated: Any = next(
            vars(one)[name] for one in reversed(kind.__mro__) if name in vars(one)
        )
        child = type(app)(name=word, help=(generated.__doc__ or "").partition("\n")[0])
        app.command(child)
        if is_named:
            words = add_commands(child, getattr(resource, name), [*path, name], words)
    return words


def _names(kind: Any) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


def _is_offered(method: Any) -> bool:
    """Return whether a command line can do what a method does: no functions, no sockets."""
    signature = inspect.signature(method)
    return not str(signature.return_annotation).startswith("sockets.") and not any(
        "Callable" in str(one.annotation) and one.default is one.empty
        for one in signature.parameters.values()
    )


def _has_commands(resource: Resource, name: str) -> bool:
    """Return whether a resource below another one has commands, itself or further below."""
    child: Resource = getattr(resource, name)
    return any(
        _is_offered(member) if inspect.isfunction(member) else _has_commands(child, inner)
        for inner in _names(type(child))
        for member in (inspect.getattr_static(type(child), inner),)
    )


def _command(path: list[str], method: Any, kind: type) -> Callable[..., None]:
    """Return the function that cyclopts makes a command of."""
    hints = get_type_hints(method)
    parameters = list(_parameters(method, hints, kind))
    is_download = hints["return"] is cc.Download

    def command(*given: Any, **options: Any) -> None:
        output = options.pop("output", None) if is_download else None
        if is_download and output is None and sys.stdout.isatty():
            raise UsageError("give --output FILE, or redirect the output")
        values = {name: _value(name, option) for name, option in options.items()}
        with client() as coze:
            method_of: Any = reduce(getattr, path, coze)
            _write(method_of(*given, **values), output)

    if is_download:
        parameters.append(_parameter("output", Path | None, None))
    command.__doc__ = inspect.getdoc(method)
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__dict__["__signature__"] = inspect.Signature(parameters)
    return command


def _parameters(method: Any, hints: Any, kind: type) -> Iterator[inspect.Parameter]:
    for one in list(inspect.signature(method).parameters.values())[1:]:
        if one.kind is one.VAR_KEYWORD:
            (fields,) = get_args(hints[one.name])
            described = inspect.getdoc(getattr(kind, "create", None)) or ""
            texts = dict(re.findall(r"^    (\w+): (.+)$", described, re.MULTILINE))
            for name, hint in get_type_hints(fields, include_extras=True).items():
                default = None if get_origin(hint) is NotRequired else one.empty
                inner = get_args(hint)[0] if default is None else hint
                yield _parameter(name, inner, default, texts.get(name))
        elif "Callable" not in str(one.annotation):
            yield one.replace(annotation=_option(hints[one.name]))


def _parameter(name: str, hint: Any, default: Any, text: str | None = None) -> inspect.Parameter:
    from cyclopts import Parameter  # noqa: PLC0415  # an extra

    described: Any = Annotated[_option(hint), Parameter(help=text)]
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=described)


def _option(hint: Any) -> Any:
    """Return the type of an option: scalars and lists of them, files, else JSON."""
    kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    kinds = [kind for kind in kinds if kind is not NoneType]
    elements = [get_args(kind)[0] for kind in kinds if get_origin(kind) is Sequence]
    if all(kind in {*_SCALARS, Path} or get_origin(kind) is Literal for kind in kinds):
        return hint
    if elements and get_origin(elements[0]) is Literal:
        return list[elements[0]]
    if elements and str in {*elements, *get_args(elements[0])}:
        return list[str]
    return FILE if any(get_origin(kind) is os.PathLike for kind in kinds) else JSON


def _expanded(words: list[str], start: int) -> list[str]:
    """Return the words with the options that a first @FILE holds; those that follow it prevail."""
    if not words[start : start + 1] or not words[start].startswith("@"):
        return words
    values = _value(words[start], JSON(words[start]))
    if not isinstance(values, _OBJECT):
        raise UsageError(f"{words[start]} must hold a JSON object of options")
    rest = words[start + 1 :]
    named = {word.partition("=")[0].replace("--no-", "--") for word in rest}
    given = [
        f"{option}={one if isinstance(one, str) else json.dumps(one)}"
        for name, one in values.items()
        if one is not None and (option := f"--{name.replace('_', '-')}") not in named
    ]
    return [*words[:start], *given, *rest]


def _content(path: str) -> bytes:
    return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()


def _value(name: str, option: Any) -> Any:
    """Return the value of an option; of JSON and files what they stand for."""
    if isinstance(option, FILE):
        return _content("-") if option == "@-" else Path(option)
    if not isinstance(option, JSON):
        return option
    try:
        return json.loads(_content(option[1:]) if option.startswith("@") else option)
    except (ValueError, RecursionError) as error:
        hint = "" if option.startswith("@") else ". JSON in a file is given as @FILE"
        raise UsageError(f"{name} is no JSON: {error}{hint}") from None


def _write(result: Any, output: Path | None) -> None:
    if isinstance(result, cc.Download):
        result.write_to(output or sys.stdout.buffer)
    elif isinstance(result, _STREAM):
        with result as stream:
            for event in stream:
                _line({"event": getattr(event, "name", event.event), "data": event.data})
    elif isinstance(result, _ITEMS):
        for item in result:
            _line(item)
    elif result is not None:
        _line(result._asdict() if isinstance(result, _RECORD) else result)


def _line(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, default=lambda one: one.to_dict())
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

"""Print what users of cozepy meet, as JSON: methods, classes, enumerations."""

import enum
import inspect
import json
import sys
import typing
import warnings
from importlib.metadata import version
from typing import Any

warnings.simplefilter("ignore")
import cozepy  # noqa: E402  # it warns when it is imported


def methods(resource: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the arguments and the result of each method below a resource, by dotted name."""
    found: dict[str, Any] = {}
    for name in dir(type(resource)):
        member = inspect.getattr_static(type(resource), name)
        if name.startswith("_"):
            continue
        if inspect.isfunction(member):
            named = [
                name
                for name, one in inspect.signature(member).parameters.items()
                if one.kind is one.KEYWORD_ONLY
            ]
            hints = typing.get_type_hints(member)
            found[".".join((*path, name))] = {
                "arguments": {name: text(hints.get(name)) for name in named},
                "returns": text(hints.get("return")),
            }
        elif isinstance(member, property):
            found |= methods(getattr(resource, name), (*path, name))
    return found


def described(value: Any) -> dict[str, Any]:
    """Return what a public name is: an enumeration, a class and its fields, a function, a value."""
    if not isinstance(value, type):
        return {"kind": "function" if callable(value) else "constant"}
    if issubclass(value, enum.Enum):
        return {"kind": "enum", "values": {one.name: one.value for one in value}}
    kind = "error" if issubclass(value, Exception) else "class"
    fields = getattr(value, "model_fields", {})
    about: dict[str, Any] = {"kind": kind}
    if fields:
        about["fields"] = {name: text(one.annotation) for name, one in fields.items()}
    if isinstance(event := getattr(fields.get("event_type"), "default", None), enum.Enum):
        about["event"] = event.value  # of a WebSocket
    return about


def text(hint: Any) -> str:
    """Return a type as text, without modules and without None."""
    if hint is None or hint is type(None):
        return "None"
    arguments = [text(one) for one in typing.get_args(hint) if one is not type(None)]
    if typing.get_origin(hint) is typing.Union:
        return " | ".join(arguments)
    name = getattr(hint, "__name__", str(hint))
    return f"{name}[{', '.join(arguments)}]" if arguments else name


def main() -> None:
    """Print the surface of the installed cozepy."""
    names = {name: described(getattr(cozepy, name)) for name in sorted(cozepy.__all__)}
    parts = {"methods": methods(cozepy.Coze(auth=cozepy.TokenAuth("none"))), "names": names}
    lines = [f'"version": {json.dumps(version("cozepy"))}']
    for part, entries in parts.items():  # an entry a line, so that a new version reads as a diff
        rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in entries.items())
        lines.append(f'"{part}": {{\n{rows}\n}}')
    sys.stdout.write("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()

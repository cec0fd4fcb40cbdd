"""Reads and writes documents, and finds places in them."""

from __future__ import annotations

import json
import os
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from urllib.parse import unquote

import yaml
from attrs import frozen

from generator.errors import GeneratorError
from generator.json_values import MAX_BYTES, MAX_VALUES, clone, is_array, is_object, size_of
from generator.reader import FLOAT, INTEGER, TAG, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMAS: Final = "#/components/schemas/"
"""What references to schemas begin with."""
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The fields of a path item that are operations."""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_FOLDING: Final = 2**31 - 1

_Place: TypeAlias = tuple[str, ...]


def load(path: Path) -> dict[str, Any]:
    """Read a document: JSON if the file's name ends in ``.json``, else YAML.

    Raises:
        GeneratorError: The file can't be read, is broken, says something twice or is too large.
    """
    return parse(read(path), path)


def parse(content: bytes, path: Path) -> dict[str, Any]:
    """Parse the content of a file as `load` does.

    Args:
        content: The content.
        path: The file, for errors and for what kind of document it holds.

    Raises:
        GeneratorError: It is broken, says something twice or is too large.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GeneratorError(
            f"the file is not UTF-8: {error.reason} at byte {error.start}",
            file=path,
            remedy="Save it as UTF-8.",
        ) from error
    document = _read_json(text, path) if path.suffix == ".json" else read_yaml(text, path)
    if not is_object(document):
        raise GeneratorError(
            "the document is not an object", file=path, line=1, remedy="Write 'field: value' lines."
        )
    return document


def read(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        GeneratorError: The file can't be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        # The name of a file may come from a document, and hold what no name can.
        reason = error.strerror if isinstance(error, OSError) else error
        raise GeneratorError(
            f"the file can't be read: {reason}",
            file=path,
            remedy="Name an existing file that you may read.",
        ) from error
    if len(content) > MAX_BYTES:
        raise GeneratorError(
            f"the file is larger than {MAX_BYTES >> 20} MiB",
            file=path,
            remedy="Leave out what the client does not need.",
        )
    return content


def dump(document: dict[str, Any]) -> str:
    """Return a document as YAML: in block style and in its own order, with long lines kept."""
    return yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_NO_FOLDING
    )


def join(pointer: str, *parts: str | int) -> str:
    """Return the JSON pointer of something below another one."""
    for part in parts:
        text = str(part)
        if "~" in text or "/" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{text}"
    return pointer


def split(pointer: str) -> list[str]:
    """Return the parts of a JSON pointer, unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def json_path(document: dict[str, Any], pointer: str) -> str:
    """Return the JSONPath of a place that a JSON pointer names; it need not be there yet."""
    path, found = "$", cast("Any", document)
    for step in split(pointer):
        if is_array(found):
            path += f"[{step}]"
            found = found[int(step)] if step.isdecimal() and int(step) < len(found) else None
            continue
        quoted = json.dumps(step, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", r"\'")
        path += f".{step}" if _PLAIN.fullmatch(step) else f"['{quoted}']"
        found = found.get(step) if is_object(found) else None
    return path


def resolve(document: dict[str, Any], ref: str, *, at: str | None = None) -> Any:
    """Return what a ``$ref`` within the document points to.

    Args:
        document: The document.
        ref: The reference, as in ``#/components/schemas/Bot``.
        at: The JSON pointer of the object that holds the reference.

    Raises:
        GeneratorError: There is nothing.
    """
    if ref != "#" and not ref.startswith("#/"):
        raise GeneratorError(
            f"the $ref {ref!r} leads out of the document",
            pointer=at,
            remedy="Make it point to a component of this document in an overlay.",
        )
    found: Any = document
    for part in split(unquote(ref[1:])):
        try:
            found = found[int(part)] if is_array(found) else found[part]
        except (LookupError, TypeError, ValueError):
            raise GeneratorError(
                f"the $ref {ref!r} leads nowhere",
                pointer=at,
                remedy="Correct the reference, or add what it names, in an overlay.",
            ) from None
    return found


def follow(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return what a part, and what it refers to, refers to in the end.

    References in a circle end where they began; the passes refuse them.

    Raises:
        GeneratorError: A reference leads nowhere.
    """
    seen = set[str]()
    while "$ref" in node and node["$ref"] not in seen:
        seen.add(node["$ref"])
        node = resolve(document, node["$ref"])
    return node


def fields_of(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of an object by name, with those that an ``allOf`` adds.

    Raises:
        GeneratorError: A reference leads nowhere.
    """
    found: dict[str, dict[str, Any]] = {}
    waiting, seen = [schema], set[int]()
    while waiting:
        one = follow(document, waiting.pop())
        if id(one) not in seen:
            seen.add(id(one))
            found |= one.get("properties", {})
            waiting += one.get("allOf", ())
    return found


def schema_name(ref: str) -> str:
    """Return the name of the component schema that a ``$ref`` names."""
    return split(unquote(ref))[-1]


def write_beside(path: Path, content: bytes) -> Path:
    """Write what is to replace a file into a file beside it, all the way to the disk.

    Returns:
        The file beside it, whose ``replace`` puts it in its place.

    Raises:
        OSError: The system refuses.
    """
    fresh = beside(path)
    write_synced(fresh, content)
    return fresh


def beside(path: Path) -> Path:
    """Return the file in which what is to replace a file is written first."""
    return path.with_name(f".{path.name}-new")


def write_synced(path: Path, content: bytes) -> None:
    """Write a file all the way to the disk.

    Raises:
        OSError: The system refuses.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@frozen
class Lines:
    """Finds lines in a text, which is read when the first one is asked for."""

    text: str

    def of(self, pointer: str) -> int | None:
        """Return the line, from 1, of what a JSON pointer names, or of what would hold it."""
        place = tuple(split(pointer))
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place)

    @cached_property
    def _lines(self) -> Mapping[_Place, int]:
        try:
            root = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            # JSON that is indented with tabs is no YAML.
            return {}
        found: dict[_Place, int] = {(): root.start_mark.line + 1} if root else {}
        waiting: list[tuple[_Place, yaml.Node | None]] = [((), root)]
        while waiting:
            place, node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                inner = [
                    ((*place, key.value), key, value)
                    for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
                ]
            elif isinstance(node, yaml.SequenceNode):
                items = cast("list[yaml.Node]", node.value)
                inner = [((*place, str(at)), item, item) for at, item in enumerate(items)]
            else:
                continue
            for place, marked, value in inner:
                found[place] = marked.start_mark.line + 1
                waiting.append((place, value))
        return found


def line_of(path: Path, pointer: str) -> int | None:
    """Return the line, from 1, of what a JSON pointer names in a file, or of what would hold it.

    This reads the file: ask only to report an error.
    """
    try:
        return _lines_of(path.read_text(encoding="utf-8-sig")).of(pointer)
    except (OSError, UnicodeDecodeError):
        return None


_lines_of = lru_cache(maxsize=32)(Lines)


def _read_json(text: str, path: Path) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict[str, Any]()
        for key, value in pairs:
            if key in found:
                raise ValueError(f"the key {key!r} appears twice")
            found[key] = value
        return found

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not a JSON value")

    try:
        value = _bounded(json.loads(text, object_pairs_hook=unique, parse_constant=refuse))
        # The text of JSON can say halves of characters, and numbers beyond those of JSON.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        reason, line = error.msg, error.lineno
    except (ValueError, RecursionError, GeneratorError) as error:
        reason, line = str(error), _line_of_fault(text, path)
    else:
        return value
    raise GeneratorError(
        f"the file is broken: {reason}", file=path, line=line, remedy="Correct the JSON."
    )


def _bounded(value: Any) -> Any:
    if size_of(value) > MAX_VALUES:
        raise GeneratorError(f"it has more than {MAX_VALUES} values")
    return clone(value)


def _line_of_fault(text: str, path: Path) -> int | None:
    # JSON is YAML, too, and the reader of YAML knows the line of what it refuses.
    try:
        read_yaml(text, path)
    except GeneratorError as error:
        return error.line
    return None


class _Dumper(yaml.CSafeDumper):
    """Writes each value out in full, and a text of several lines as a literal block."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the signature is PyYAML's
        return True

    def text(self, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return self.represent_scalar(f"{TAG}str", value, style=style)  # pyright: ignore[reportUnknownMemberType]


_Dumper.add_representer(str, _Dumper.text)
for _kind, _pattern in (("int", INTEGER), ("float", FLOAT)):
    # PyYAML quotes what YAML 1.1 would misread; this adds what YAML 1.2 would.
    _Dumper.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType]
        f"{TAG}{_kind}", re.compile(rf"(?:{_pattern.pattern})\Z"), list("+-.0123456789")
    )

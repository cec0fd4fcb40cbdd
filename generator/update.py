"""Takes a new upstream document in.

All that takes room is written beside the old files first. A process that is killed after that may
leave document, note and package of different ages, each of them whole: the same update again puts
that right, and ``check`` tells.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from generator.build import Built, Project, build
from generator.errors import GeneratorError
from generator.json_values import is_array, is_object
from generator.output import clear, install, stage
from generator.spec import beside, split, write_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from generator.correction import Correction, Override

_SHA256: Final = re.compile(r"\b[0-9a-f]{64}\b")
_WORDS: Final = frozenset({"description", "example", "operationId", "summary", "title"})
"""What overlays replace all over, and means nothing on the wire."""
_MAX: Final = 60
"""How many characters of a value are shown."""


def update(project: Project, new: Path, step: Callable[[str], None]) -> Built:
    """Replace the bundled document of a locked project by another file and rebuild.

    Raises:
        GeneratorError: The new document does not build, or can't be written; everything is as
            before.
    """
    try:
        note = project.source_note.read_text(encoding="utf-8")
    except OSError as error:
        raise GeneratorError(
            f"{error.filename} can't be read: {error.strerror}",
            remedy="Make it readable: it says where the document is from.",
        ) from error
    built = build(evolve(project, candidate=new), step)
    step("write")
    digest = hashlib.sha256(built.source).hexdigest()
    parts = {
        project.document: built.source,
        project.source_note: _SHA256.sub(digest, note).encode(),
    }
    fresh = {path: beside(path) for path in parts}
    done = False
    try:
        stage(project.output, built.files)
        for path, content in parts.items():
            write_beside(path, content)
        for path, staged in fresh.items():
            staged.replace(path)
        done = True
    except OSError as error:
        raise GeneratorError(
            f"the update could not be written: {error.strerror}",
            file=project.document,
            remedy="Make room, or make the files writable, and run the update again.",
        ) from error
    finally:
        if not done:
            clear(project.output)
        for staged in fresh.values():
            staged.unlink(missing_ok=True)
    install(project.output)
    return built


def hidden_changes(old: Correction, new: Correction) -> Iterator[str]:
    """Report what the document says anew where an overlay replaces or removes it."""
    before, after = _by_action(old), _by_action(new)
    hidden = Counter[str]()
    texts = 0
    for key in dict.fromkeys([*after, *before]):
        for was, now in zip_longest(before.get(key, ()), after.get(key, ())):
            one = now or was
            olds, news = (None if end is None else end.value for end in (was, now))
            name = split(one.pointer)[-1]
            differences = list(_differences(olds, news, name))
            if differences and (name in _WORDS or name.startswith("x-")):
                texts += 1
            elif differences:
                place, said, says = differences[0]
                more = f", and {len(differences) - 1} more" if len(differences) > 1 else ""
                hidden[
                    f"hidden by {one.by}: upstream's {place} is {_shortened(says)} now, and was "
                    f"{_shortened(said)}{more}"
                ] += 1
    for text, places in hidden.items():
        yield text if places == 1 else f"{text} (at {places} places)"
    if texts:
        yield f"hidden by overlays: {texts} texts, names and examples are others now"


def _by_action(correction: Correction) -> dict[tuple[str, str, str], list[Override]]:
    """Return what actions replace and remove, by action and place; numbers in arrays may change."""
    found: dict[tuple[str, str, str], list[Override]] = {}
    for one in correction.overrides:
        place = re.sub(r"/\d+(?=/|$)", "/*", one.pointer)
        found.setdefault((one.by.file.name, one.by.pointer, place), []).append(one)
    return found


def _differences(old: Any, new: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Return the places at which two values differ, and both values; words in them do not count."""
    if is_object(old) and is_object(new):
        for key in dict.fromkeys([*old, *new]):
            if key not in _WORDS and not key.startswith("x-"):
                yield from _differences(old.get(key), new.get(key), f"{place}.{key}")
    elif is_array(old) and is_array(new) and len(old) == len(new):
        for number, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from _differences(was, now, f"{place}[{number}]")
    elif json.dumps(old) != json.dumps(new):
        yield place, old, new


def _shortened(value: Any) -> str:
    if value is None:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX else f"{text[:_MAX]}..."

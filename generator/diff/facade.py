"""What changes in the part of the client that is written by hand, as griffe sees it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from generator.diff.rules import Change, Source, rules
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import griffe

    from generator.diff.revisions import Tree

_FOLDER: Final = "facade"
_PACKAGES: Final = ("coze_client", "coze_core")
_PRIVATE: Final = re.compile(r"\._(?!_)\w+|\.__init__")


def facade_changes(old: Tree, new: Tree) -> tuple[Change, ...]:
    """Return the changes of the public names of ``coze_client`` and ``coze_core``.

    Raises:
        GeneratorError: A package is no Python.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folders = [
            tree.folder(_FOLDER, Path(temporary) / name)
            for tree, name in ((old, "old"), (new, "new"))
        ]
        if folders[0] is None or folders[1] is None or _texts(folders[0]) == _texts(folders[1]):
            return ()
        before, after = _load(folders[0]), _load(folders[1])
        return tuple(
            change
            for name in before.keys() & after.keys()
            for change in _package(before[name], after[name])
        )


def _texts(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.py")}


def _load(folder: Path) -> Mapping[str, griffe.Module]:
    # It is needed where the facade differs, and takes longer to import than a comparison takes.
    import griffe  # noqa: PLC0415

    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    found: dict[str, griffe.Module] = {}
    for name in _PACKAGES:
        if (folder / name).is_dir():
            try:
                module = loader.load(name)
            except (griffe.GriffeError, SyntaxError, ImportError) as error:
                raise GeneratorError(
                    f"the package {name} can't be read: {error}", remedy="Mend it, then compare."
                ) from error
            if isinstance(module, griffe.Module):
                found[name] = module
    loader.resolve_aliases(implicit=False, external=False)
    return found


def _package(old: griffe.Module, new: griffe.Module) -> Iterator[Change]:
    import griffe  # noqa: PLC0415

    for breakage in griffe.find_breaking_changes(old, new):
        name = breakage.kind.name.lower().replace("_", "-")
        values = [
            value.name if isinstance(value, griffe.Parameter) else value and str(value)
            for value in (breakage.old_value, breakage.new_value)
        ]
        if name == "class-removed-base":  # the text of a list of them names files of this machine
            bases = breakage.old_value, breakage.new_value
            values = [", ".join(map(str, one)) or "nothing" for one in bases]
        if breakage.obj.name.startswith("_") and not name.startswith("parameter-"):
            continue  # the version, and what Python calls by itself
        path = _PRIVATE.sub("", breakage.obj.path)
        if name.startswith("parameter-"):
            path = f"{path}({values[0] or values[1]})"
        elif name == "object-removed":
            values = [path, None]
        yield _change(name, path, values, _source(breakage.obj, old))
    known = {str(name) for name in old.exports or ()}
    for exported in sorted(str(name) for name in new.exports or ()):
        if exported not in known:
            path = f"{new.path}.{exported}"
            yield _change("object-added", path, [None, path], _source(new, old))


def _source(found: griffe.Object | griffe.Alias, old: griffe.Module) -> Source:
    """Return where it stands; of what is gone, the line is not known."""
    file = PurePosixPath(_FOLDER) / found.relative_package_filepath
    is_gone = found.package is old
    return Source("facade", file, None if is_gone else found.lineno)


def _change(name: str, path: str, values: list[Any], source: Source) -> Change:
    rule = rules()[f"facade-{name}"]
    old, new = values
    return Change(
        rule, rule.wire, rule.client, "", path, old, new, "", "", source=source, python=(path,)
    )

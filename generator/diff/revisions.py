"""The two revisions of a comparison: a git revision, a folder, or a single file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from attrs import evolve, field, frozen

from generator.diff.document import Document
from generator.diff.surface import State, default_state
from generator.errors import GeneratorError
from generator.json_values import is_object
from generator.reader import read_yaml
from generator.spec import Lines, join, load, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCUMENT: Final = "openapi/coze.yaml"
EFFECTIVE: Final = "generated/coze_api/openapi.json"
MANIFEST: Final = "generated/coze_api/manifest.json"

_OVERLAYS: Final = "overlays"
_REMEDY: Final = "Name a git revision, a folder of the project, or an OpenAPI file with --raw."
_SHALLOW: Final = (
    "The clone is shallow. Run git fetch --unshallow, or check out with fetch-depth: 0."
)
_FULL_HASH: Final = re.compile(r"[0-9a-f]{40}")


class Tree(Protocol):
    """The files of a project at one time."""

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            GeneratorError: There is none.
        """
        ...

    def overlays(self) -> list[str]:
        """Return the names of the overlays, in the order in which they are applied."""
        ...

    def folder(self, name: str, into: Path) -> Path | None:
        """Return a folder of the project, if it is there; git unpacks it ``into`` another one."""
        ...


@frozen
class FolderTree:
    """The files of a project as they lie in a folder.

    Attributes:
        root: The folder.
        document: Another upstream document than the folder's own.
    """

    root: Path
    document: Path | None = None

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        path = self.document if self.document and name == DOCUMENT else self.root / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise GeneratorError(
                f"the file can't be read: {error.strerror}", file=path, remedy=_REMEDY
            ) from error

    def overlays(self) -> list[str]:
        """Return the names of the overlays."""
        found = (self.root / _OVERLAYS).glob("*.yaml")
        return sorted(f"{_OVERLAYS}/{path.name}" for path in found)

    def folder(self, name: str, into: Path) -> Path | None:  # noqa: ARG002  # as git needs it
        """Return the folder itself."""
        return self.root / name if (self.root / name).is_dir() else None


@frozen
class GitTree:
    """The files of a project as git has them.

    Attributes:
        root: The project folder.
        name: The revision, as git understands it.
    """

    root: Path
    name: str

    def check(self) -> None:
        """Check that git knows the revision.

        Raises:
            GeneratorError: It does not, with what git says.
        """
        found = self._git("rev-parse", "--verify", f"{self.name}^{{commit}}")
        if found.startswith(b"^"):  # which excludes a revision, and names none
            raise GeneratorError(f"{self.name!r} names no revision", remedy=_REMEDY)

    def merge_base(self, other: str) -> str:
        """Return the commit at which the revision and another one parted.

        Raises:
            GeneratorError: There is none, or git knows one of them not.
        """
        return self._git("merge-base", self.name, other).decode().strip()

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return self._git("show", f"{self.name}:./{name}")

    def overlays(self) -> list[str]:
        """Return the names of the overlays."""
        listed = self._git("ls-tree", "--name-only", self.name, f"{_OVERLAYS}/").decode()
        return sorted(name for name in listed.splitlines() if name.endswith(".yaml"))

    def folder(self, name: str, into: Path) -> Path | None:
        """Unpack the folder."""
        if not self._git("ls-tree", self.name, name):
            return None
        with tarfile.open(fileobj=io.BytesIO(self._git("archive", self.name, name))) as archive:
            archive.extractall(into, filter="data")
        return into / name

    def _git(self, *arguments: str) -> bytes:
        command = ["git", "-C", str(self.root), *arguments]
        # Git sets GIT_DIR and its like for hooks; the folder alone says which repository is meant.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or name.startswith("GIT_CONFIG")
        }
        try:
            # The command is git itself, and no shell reads the arguments.
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, check=True, env=environment
            )
        except FileNotFoundError as error:
            raise GeneratorError("git is not installed", remedy="Install it.") from error
        except subprocess.CalledProcessError as error:
            stderr = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
            reason = stderr.splitlines()[0] if stderr else "there is no common ancestor"
            raise GeneratorError(
                f"git can't read {' '.join(arguments[1:])!r}: {reason}",
                remedy=_SHALLOW if (self.root / ".git" / "shallow").exists() else _REMEDY,
            ) from error
        return done.stdout


@frozen
class Snapshot:
    """The files of a project as they were, whatever becomes of them."""

    files: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, tree: Tree) -> Self:
        """Keep what comparisons need."""
        names = (DOCUMENT, EFFECTIVE, MANIFEST, *tree.overlays())
        return cls({name: tree.read(name) for name in names})

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return self.files[name]

    def overlays(self) -> list[str]:
        """Return the names of the overlays."""
        return sorted(name for name in self.files if name.startswith(f"{_OVERLAYS}/"))

    def folder(self, name: str, into: Path) -> Path | None:  # noqa: ARG002  # as git needs it
        """Return nothing: an update leaves folders alone."""
        return None


@frozen
class Revision:
    """One of the two things that are compared.

    Attributes:
        label: How the caller named it.
        state: The API and the client.
        inputs: The digests of what the client was made from; empty: nothing made a client.
        tree: The files of the project; ``None``: there is a single file, read as it is.
        file: The document, for reports.
        text: The content of the document.
    """

    label: str
    state: State = field(repr=False)
    inputs: Mapping[str, Any] = field(repr=False)
    tree: Tree | None
    file: PurePosixPath | Path
    _text: Callable[[], bytes] = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The content of the upstream document."""
        return self._text().decode("utf-8-sig")


def open_revision(name: str | None, root: Path, *, raw: bool) -> Revision:
    """Read a revision.

    Args:
        name: A folder, a file, or a git revision; ``None``: the working tree.
        root: The project folder.
        raw: Whether documents are compared as they were published, without overlays.

    Raises:
        GeneratorError: There is no such thing, or it can't be read.
    """
    if name is not None and name.startswith("-"):
        raise GeneratorError(f"{name!r} names nothing to compare", remedy=_REMEDY)
    path = root if name is None else Path(name)
    label = _FULL_HASH.sub(lambda found: found[0][:12], name or "the working tree")
    if path.is_file():
        return _raw_file(label, path) if raw else _candidate(label, path, root)
    if path.is_dir():
        tree = FolderTree(path)
        return _raw_tree(label, tree) if raw else _built(label, tree, check=True)
    tree = GitTree(root, name or "HEAD")
    try:
        tree.check()
    except GeneratorError as error:
        raise GeneratorError(
            f"there is no file, folder or revision {label!r}: {error.message}",
            remedy=error.remedy,
        ) from error
    return _raw_tree(label, tree) if raw else _built(label, tree, check=True)


def parse_range(base: str, revision: str | None, root: Path) -> tuple[str, str | None]:
    """Return what is compared: ``A...B`` are where both parted, and ``B``.

    Args:
        base: The older revision, or a range.
        revision: The newer one.
        root: The project folder.

    Raises:
        GeneratorError: A range has a second revision beside it, or the two have nothing in common.
    """
    if "..." not in base or Path(base).exists():
        return base, revision
    old, _, new = base.partition("...")
    if revision is not None:
        raise GeneratorError(
            f"{base} is a range, and {revision} stands beside it", remedy="Name one of them."
        )
    return GitTree(root, old or "HEAD").merge_base(new or "HEAD"), new or None


def snapshot(root: Path) -> Revision:
    """Return the working tree as it is now, which later edits do not change.

    Raises:
        GeneratorError: It holds no build.
    """
    return _built("before", Snapshot.of(FolderTree(root)), check=False)


def _client(label: str, tree: Tree, document: dict[str, Any], manifest: dict[str, Any]) -> Revision:
    """Return the revision of a client that was built, from its effective spec and manifest."""
    surface: dict[str, Any] = manifest["surface"]
    classes = {
        join("/components/schemas", name): name
        for section in ("models", "shapes")
        for name in surface[section]
    }
    state = State(Document(document), surface, classes)
    read = partial(tree.read, DOCUMENT)
    return Revision(label, state, manifest["inputs"], tree, PurePosixPath(DOCUMENT), read)


def _built(label: str, tree: Tree, *, check: bool) -> Revision:
    document = parse(tree.read(EFFECTIVE), Path(EFFECTIVE))
    text = tree.read(MANIFEST).decode("utf-8", errors="replace")
    if text.startswith("<<<<<<<") or "\n<<<<<<<" in text:
        raise GeneratorError(
            f"the manifest of {label} holds the conflict markers of a merge",
            file=Path(MANIFEST),
            remedy="Settle overlays and document, then run python -m generator build.",
        )
    try:
        revision = _client(label, tree, document, json.loads(text))
    except ValueError as error:
        raise GeneratorError(
            f"the manifest of {label} is no JSON: {error}",
            file=Path(MANIFEST),
            remedy="Run python -m generator build there.",
        ) from error
    except (KeyError, TypeError) as error:
        raise GeneratorError(
            f"the manifest of {label} is of another form: {error!r} is missing",
            file=Path(MANIFEST),
            remedy="Build that state again, or compare documents with --raw.",
        ) from error
    if check:
        _check(label, tree, revision.inputs)
    return revision


def _check(label: str, tree: Tree, inputs: Mapping[str, Any]) -> None:
    names = [DOCUMENT, *tree.overlays()]
    files: dict[str, str] = inputs["files"]
    for name in sorted({*names, *files}):
        known = files.get(name)
        if name not in names or known != hashlib.sha256(tree.read(name)).hexdigest():
            raise GeneratorError(
                f"{name} is not what generated/ of {label} was made from",
                remedy="Run python -m generator build, then compare.",
            )


def _raw_tree(label: str, tree: Tree) -> Revision:
    content = tree.read(DOCUMENT)
    document = read_yaml(content.decode("utf-8-sig"), Path(DOCUMENT))
    return _raw(label, document, PurePosixPath(DOCUMENT), lambda: content, None)


def _raw_file(label: str, path: Path) -> Revision:
    def read(name: str) -> dict[str, Any]:
        return load(path.parent / name)

    return _raw(label, load(path), path, path.read_bytes, read)


def _raw(
    label: str,
    document: Any,
    file: PurePosixPath | Path,
    text: Callable[[], bytes],
    read: Callable[[str], dict[str, Any]] | None,
) -> Revision:
    if not is_object(document):
        raise GeneratorError(
            "the document is no object", file=Path(file), line=1, remedy="Name an OpenAPI file."
        )
    try:
        state = default_state(Document(document, read))
    except GeneratorError as error:
        raise placed(error, Path(file), text().decode("utf-8-sig")) from error
    return Revision(label, state, {}, None, file, text)


def _candidate(label: str, path: Path, root: Path) -> Revision:
    """Return a new upstream document, with the overlays of the project."""
    # What a comparison of built clients does without takes long to import.
    from generator.build import Project, build  # noqa: PLC0415

    built = build(Project(root, path), lambda _: None)
    manifest = json.loads(built.files["coze_api/manifest.json"])
    revision = _client(label, FolderTree(root, path), built.document, manifest)
    return evolve(revision, file=path)


def placed(error: GeneratorError, file: Path, text: str) -> GeneratorError:
    """Return the error with the file that it is about, and the line in its text."""
    if error.file is not None:
        return error
    line = Lines(text).of(error.pointer) if error.pointer else None
    return GeneratorError(
        error.message, file=file, line=line, pointer=error.pointer, remedy=error.remedy
    )

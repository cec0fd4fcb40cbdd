"""The files of a project at one time: in a folder, in git, or remembered."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final, Protocol, Self

from attrs import field, frozen

from generator.errors import GeneratorError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DOCUMENT: Final = "openapi/coze.yaml"
EFFECTIVE: Final = "generated/openapi.yaml"
MANIFEST: Final = "generated/coze_api/manifest.json"

_OVERLAYS: Final = "overlays"
_REMEDY: Final = "Name a git revision, a folder of the project, or an OpenAPI file with --raw."


class Tree(Protocol):
    """The files of a project at one time."""

    def read(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            GeneratorError: There is none.
        """
        ...

    def overlays(self) -> list[str]:
        """The names of the overlays, in the order in which they are applied."""
        ...


@frozen
class Folder:
    """The files of a project as they lie in a folder.

    Attributes:
        root: The folder.
        document: Another upstream document than the folder's own.
    """

    root: Path
    document: Path | None = None

    def read(self, name: str) -> bytes:
        """The content of a file."""
        path = self.document if self.document and name == DOCUMENT else self.root / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise GeneratorError(
                f"the file can't be read: {error.strerror}", file=path, remedy=_REMEDY
            ) from error

    def overlays(self) -> list[str]:
        """The names of the overlays."""
        found = (self.root / _OVERLAYS).glob("*.yaml")
        return sorted(f"{_OVERLAYS}/{path.name}" for path in found)


@frozen
class Revision:
    """The files of a project as git has them.

    Attributes:
        root: The project folder.
        name: The revision, as git understands it.
    """

    root: Path
    name: str

    def exists(self) -> bool:
        """Whether git knows the revision."""
        try:
            found = self._git("rev-parse", "--verify", "--quiet", f"{self.name}^{{commit}}")
        except GeneratorError:
            return False
        return not found.startswith(b"^")  # which excludes a revision, and names none

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return self._git("show", f"{self.name}:./{name}")

    def overlays(self) -> list[str]:
        """The names of the overlays."""
        listed = self._git("ls-tree", "--name-only", self.name, f"{_OVERLAYS}/").decode()
        return sorted(name for name in listed.splitlines() if name.endswith(".yaml"))

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
            told = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
            raise GeneratorError(
                f"git has no such thing: {told.splitlines()[0] if told else self.name}",
                remedy=_REMEDY,
            ) from error
        return done.stdout


@frozen
class Snapshot:
    """The files of a project as they were, whatever becomes of them.

    Attributes:
        files: Their contents, by name.
    """

    files: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, tree: Tree) -> Self:
        """Keep what comparisons need."""
        names = (DOCUMENT, EFFECTIVE, MANIFEST, *tree.overlays())
        return cls({name: tree.read(name) for name in names})

    def read(self, name: str) -> bytes:
        """The content of a file."""
        return self.files[name]

    def overlays(self) -> list[str]:
        """The names of the overlays."""
        return sorted(name for name in self.files if name.startswith(f"{_OVERLAYS}/"))

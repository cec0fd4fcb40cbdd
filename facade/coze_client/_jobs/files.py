"""Upload files with progress, and knowledge from files and pages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable  # hints resolve at run time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from coze_api import models  # hints resolve at run time
from coze_api.resources import files
from coze_core import CozeError, FileContent, TrackedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coze_api import params

_KINDS = ("pdf", "txt", "doc", "docx")
_IN_A_CALL = 10


class Files(files.Files):
    """The methods of ``files``, with progress."""

    def upload(
        self,
        *,
        file: FileContent,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> models.File:
        """Upload a file, to use it in messages.

        Args:
            file: The file, of 512 MB at most.
            on_progress: Called with the bytes that were sent, and with those there are; it begins
                anew where the request is sent again.

        Raises:
            CozeError: The API refuses the call, or can't be reached.
        """
        return super().upload(file=_tracked(file, on_progress))


class AsyncFiles(files.AsyncFiles):
    """The methods of ``files``, with progress."""

    async def upload(
        self,
        *,
        file: FileContent,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> models.File:
        """As `Files.upload`; ``on_progress`` is a plain function."""
        return await super().upload(file=_tracked(file, on_progress))


def _tracked(file: FileContent, on_progress: Callable[[int, int], object] | None) -> FileContent:
    return cast("FileContent", TrackedFile(file, on_progress)) if on_progress else file


def document_groups(sources: Any) -> Iterator[list[params.DocumentBase]]:
    """Return the documents of each call: ten at most, files and pages apart.

    Args:
        sources: An iterable of paths of files, and URLs of pages.

    Raises:
        CozeError: There is no source, or one is not a list, not a file, or of a kind that the API
            does not take.
    """
    is_one = isinstance(sources, str | bytes) or not hasattr(sources, "__iter__")
    given: list[Any] = [] if is_one else list(sources)
    if not given or not all(isinstance(one, str | PathLike) for one in given):
        raise CozeError(
            "datasets.documents.upload: sources must be a list of at least one path or URL."
        )
    pages = [one for one in given if _is_page(one)]
    paths = [Path(one) for one in given if not _is_page(one)]
    for path in paths:
        if _kind(path) not in _KINDS:
            raise CozeError(
                f"datasets.documents.upload: {path} is of the kind {_kind(path) or 'unknown'}, and "
                f"the API takes {', '.join(_KINDS)}."
            )
        if not path.is_file():
            raise CozeError(f"datasets.documents.upload: there is no file {path}.")
    return _groups(pages, paths)


def _groups(pages: list[str], paths: list[Path]) -> Iterator[list[params.DocumentBase]]:
    for start in range(0, len(paths), _IN_A_CALL):
        yield [_file(path) for path in paths[start : start + _IN_A_CALL]]
    for start in range(0, len(pages), _IN_A_CALL):
        yield [_page(url) for url in pages[start : start + _IN_A_CALL]]


def _is_page(source: Any) -> bool:
    return isinstance(source, str) and source.startswith(("http://", "https://"))


def _kind(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def _file(path: Path) -> params.DocumentBase:
    content = b64encode(path.read_bytes()).decode()
    return {
        "name": path.name,
        "source_info": {"file_base64": content, "file_type": _kind(path)},
    }


def _page(url: str) -> params.DocumentBase:
    return {"name": url, "source_info": {"web_url": url, "document_source": 1}}

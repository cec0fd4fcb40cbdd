"""Binary answers, read when they are asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext, suppress
from os import PathLike
from pathlib import Path
from secrets import token_hex
from typing import IO, Self

from coze_core._coze_error import CozeError
from coze_core._response import AsyncBody, Body, ResponseInfo


class Download:
    """A file that the API answers with.

    The answer has begun, its content is still to be read, once: with `read`, `iter_bytes` or
    `write_to`. Reading it whole, `close` and the end of a ``with`` block give the connection back.

    Attributes:
        response: Status, headers and log id; its body is empty.
    """

    def __init__(self, body: Body, response: ResponseInfo) -> None:
        self.response = response
        self._body = body
        self._read = False

    def iter_bytes(self) -> Iterator[bytes]:
        """Iterate over the content in chunks, as they arrive.

        Raises:
            APIConnectionError: The content ended early.
            CozeError: It was read or closed already.
        """
        self._read = _once(already=self._read)
        try:
            yield from self._body.iter_bytes()
        finally:
            self.close()

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            APIConnectionError: The content ended early.
            CozeError: It was read or closed already.
        """
        return b"".join(self.iter_bytes())

    def write_to(
        self,
        target: str | PathLike[str] | IO[bytes],
        *,
        on_progress: Callable[[int, int | None], object] | None = None,
    ) -> int:
        """Write the content to a file.

        Args:
            target: A path, at which the file appears whole or not at all, in the place of one that
                is there; or a file opened in binary mode, which stays open and keeps what came.
            on_progress: Called with the bytes that were written, and with those there are, or
                ``None`` where the API did not say.

        Returns:
            The number of bytes.

        Raises:
            APIConnectionError: The content ended early.
            CozeError: It was read or closed already.
            OSError: The file cannot be written.
        """
        written, total = 0, _length(self.response)
        with _opened(target) as file:
            for chunk in self.iter_bytes():
                file.write(chunk)
                written += len(chunk)
                if on_progress:
                    on_progress(written, total)
        return written

    def close(self) -> None:
        """Give the connection back, read or not."""
        self._read = True
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class AsyncDownload:
    """The async variant of `Download`.

    Attributes:
        response: As in `Download`.
    """

    def __init__(self, body: AsyncBody, response: ResponseInfo) -> None:
        self.response = response
        self._body = body
        self._read = False

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """As `Download.iter_bytes`."""
        self._read = _once(already=self._read)
        try:
            async with aclosing(self._body.iter_bytes()) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            await self.aclose()

    async def read(self) -> bytes:
        """As `Download.read`."""
        return b"".join([chunk async for chunk in self.iter_bytes()])

    async def write_to(
        self,
        target: str | PathLike[str] | IO[bytes],
        *,
        on_progress: Callable[[int, int | None], object] | None = None,
    ) -> int:
        """As `Download.write_to`; worker threads write to the disk."""
        from anyio import to_thread

        written, total = 0, _length(self.response)
        with _opened(target) as file:
            async with aclosing(self.iter_bytes()) as chunks:
                async for chunk in chunks:
                    await to_thread.run_sync(file.write, chunk)
                    written += len(chunk)
                    if on_progress:
                        on_progress(written, total)
        return written

    async def aclose(self) -> None:
        """As `Download.close`."""
        self._read = True
        await self._body.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()


def _once(*, already: bool) -> bool:
    if already:
        raise CozeError("This download was read or closed already. Call the method again for more.")
    return True


def _length(response: ResponseInfo) -> int | None:
    length = response.headers.get("content-length", "")
    packed = response.headers.get("content-encoding", "identity") != "identity"
    return int(length) if length.isdecimal() and not packed else None


def _opened(
    target: str | PathLike[str] | IO[bytes],
) -> AbstractContextManager[IO[bytes]]:
    if isinstance(target, str | PathLike):
        return _whole_file(target)
    return nullcontext(target)


@contextmanager
def _whole_file(path: str | PathLike[str]) -> Generator[IO[bytes]]:
    part = Path(path).parent / f".{token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError) and error.filename == str(part):
            error.filename = str(path)  # which the caller knows
        raise

"""Unpacks gzip from a stream and notices when it was cut short."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GZIP = 16 + zlib.MAX_WBITS


class Gunzip:
    """Unpacks one gzip stream, of one member or several, which zeros may follow."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._inside = False

    def feed(self, chunk: bytes) -> bytes:
        """Takes packed bytes, cut anywhere, and gives what they unpack to.

        Raises:
            zlib.error: This is not gzip.
        """
        unpacked = b""
        while chunk := chunk if self._inside else chunk.lstrip(b"\0"):
            unpacked += self._member.decompress(chunk)
            chunk = self._member.unused_data
            self._inside = not self._member.eof
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
        return unpacked

    def over(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Gives what all the chunks unpack to, chunk by chunk.

        Raises:
            zlib.error: They are not gzip.
            EOFError: They were cut short.
        """
        for chunk in chunks:
            yield self.feed(chunk)
        self.end()

    def end(self) -> None:
        """Says that all has come.

        Raises:
            EOFError: The stream was cut short.
        """
        if self._inside:
            raise EOFError("the compressed body is incomplete")

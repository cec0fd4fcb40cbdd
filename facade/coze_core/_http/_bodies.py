"""The bodies of requests and answers on their way."""

from __future__ import annotations

from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, cast

import httpx

from coze_core._gunzip import Gunzip
from coze_core._http._errors import Explained, too_long

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator
    from typing import Self

    from coze_core._errors import CozeError
    from coze_core._request import Request


class _Open:
    """The body of an answer, not read yet; explains errors on the way."""

    def __init__(self, response: httpx.Response, request: Request, limit: float) -> None:
        self._response = response
        self._request = request
        self._limit = limit

    @property
    def secret(self) -> str:
        return secret_of(self._response.request)

    def explain(self, error: CozeError) -> None:
        from coze_core._report import keep_facts

        keep_facts(error, self._request, self.secret)


class OpenBody(_Open):
    """A body that is read by the sync client."""

    def iter_bytes(self) -> Iterator[bytes]:
        raw, gunzip = _reading(self._response)
        with Explained(self._request):
            pieces = self._response.iter_raw() if raw else self._response.iter_bytes()
            if gunzip:
                pieces = gunzip.over(pieces)
            yield from pieces if self._limit == inf else self._limited(pieces)

    def _limited(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        left = self._limit
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                raise too_long(self._response, self._request)
            yield piece

    def close(self) -> None:
        self._response.close()


class OpenAsyncBody(_Open):
    """The async twin of `OpenBody`."""

    _unfinished: AsyncIterator[bytes] | None = None

    async def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        left = self._limit
        raw, gunzip = _reading(self._response)
        pieces = self._response.aiter_raw() if raw else self._response.aiter_bytes()
        self._unfinished = pieces
        with Explained(self._request):
            async for packed in pieces:
                piece = gunzip.feed(packed) if gunzip else packed
                left -= len(piece)
                if left < 0:
                    raise too_long(self._response, self._request)
                yield piece
            self._unfinished = None
            if gunzip:
                gunzip.end()

    async def aclose(self) -> None:
        await self._response.aclose()
        if self._unfinished:
            await _unwind(self._unfinished)
            self._unfinished = None


class Pieces(httpx.AsyncByteStream):
    """A request body on its way.

    httpx has async generators for that, which trouble the event loop when sending fails half-way.
    """

    def __init__(self, body: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        self._body = cast("httpx.SyncByteStream", body)  # the streams of httpx are both
        self._left: Iterator[bytes] = iter(())

    def __aiter__(self) -> Self:
        self._left = iter(self._body)
        return self

    async def __anext__(self) -> bytes:
        for piece in self._left:
            return piece
        raise StopAsyncIteration


async def _unwind(pieces: AsyncIterator[bytes]) -> None:
    """Ends the generators inside httpx, which would trouble the event loop when collected.

    Only an error from their innermost reaches them all. The scope is cancelled beforehand, so that
    asking for one more piece raises and never waits.
    """
    from anyio import CancelScope

    with CancelScope() as scope, suppress(Exception):
        scope.cancel()
        async for _ in pieces:
            pass


def _reading(response: httpx.Response) -> tuple[bool, Gunzip | None]:
    """How a body is read: whether as it comes, and what then unpacks it.

    A cut gzip is a success for httpx, so gzip is unpacked here. What is not packed needs no help of
    httpx either. But a response hook of the user may have read the body, and so unpacked it.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    raw = encoding in {"identity", "gzip"} and not response.is_stream_consumed
    return raw, Gunzip() if raw and encoding == "gzip" else None


def secret_of(sent: httpx.Request) -> str:
    """The token of a request, which no report may show."""
    return sent.headers.get("authorization", "").rpartition(" ")[2]

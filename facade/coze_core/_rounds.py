"""Streams one after another, read as one: each answers what the one before it asked."""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Sequence,
)
from typing import Any, Generic, Self, TypeVar, cast

from coze_core._events import StreamResult
from coze_core._iteration import misuse
from coze_core._response import ResponseInfo
from coze_core._streams import AsyncStream, R_co, Stream

E_co = TypeVar("E_co", covariant=True)
T = TypeVar("T")


class Rounds(Stream[E_co, R_co], Generic[E_co, R_co]):
    """The events of all rounds.

    The connection of a round is given back before the next one is decided about.

    Args:
        first: The stream of the first round, not open yet.
        follow: Takes the result of a round, and returns the stream of the next one, or ``None``
            after the last.
    """

    def __init__(
        self,
        first: Stream[E_co, R_co],
        follow: Callable[[R_co], Stream[E_co, R_co] | None],
    ) -> None:
        super().__init__(first._operation, first._open_body, first._errors)  # noqa: SLF001  # it stands for the first
        self._current = first
        self._follow = follow
        self._results: list[R_co] = []
        self._over = self._left = False
        self._iterator = self._read(iter)

    @property
    def response(self) -> ResponseInfo:
        """Status, headers and log id of the answer to the present round."""
        return self._current.response

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._current!r}>"

    def __enter__(self) -> Self:
        self._current.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._left = True
        self._current.__exit__(*error)

    def __iter__(self) -> Iterator[E_co]:
        return self._read(iter)

    def __next__(self) -> E_co:
        return next(self._iterator)

    @property
    def text(self) -> Iterator[str]:
        """As `Stream.text`, of all rounds."""
        return self._read(lambda stream: stream.text)

    def final(self) -> R_co:
        """As `Stream.final`: the messages of all rounds, with the end of the last one."""
        if not (self._over or self._left):
            for _ in self:
                pass
        return _joined(self._operation.name, self._results, complete=self._complete)

    def close(self) -> None:
        """As `Stream.close`; no further round begins."""
        self._left = True
        self._current.close()

    def _read(self, parts: Callable[[Stream[E_co, R_co]], Iterator[T]]) -> Generator[T]:
        go_on = self._left or not self._over
        while go_on:
            yield from parts(self._current)
            go_on = self._advance()

    def _advance(self) -> bool:
        """Open the next round, if there is one."""
        if self._over or self._left:
            return False
        self._over = True  # also if what follows fails: nothing is done twice
        self._results.append(self._current.final())
        self._current.close()
        next_stream = self._follow(self._results[-1])
        self._complete = next_stream is None
        if next_stream is None or self._left:
            return False
        next_stream._continue(self._current)  # noqa: SLF001  # of the same class
        next_stream.__enter__()
        self._current = next_stream
        self._over = False
        return True


class AsyncRounds(AsyncStream[E_co, R_co], Generic[E_co, R_co]):
    """The async variant of `Rounds`.

    Args:
        first: As for `Rounds`.
        follow: As for `Rounds`, to be awaited.
    """

    def __init__(
        self,
        first: AsyncStream[E_co, R_co],
        follow: Callable[[R_co], Awaitable[AsyncStream[E_co, R_co] | None]],
    ) -> None:
        super().__init__(first._operation, first._open_body, first._errors)  # noqa: SLF001  # it stands for the first
        self._current = first
        self._follow = follow
        self._results: list[R_co] = []
        self._over = self._left = False
        self._iterator = self._read(aiter)

    @property
    def response(self) -> ResponseInfo:
        """As `Rounds.response`."""
        return self._current.response

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._current!r}>"

    async def __aenter__(self) -> Self:
        await self._current.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._left = True
        await self._current.__aexit__(*error)

    def __aiter__(self) -> AsyncIterator[E_co]:
        return self._read(aiter)

    async def __anext__(self) -> E_co:
        return await anext(self._iterator)

    @property
    def text(self) -> AsyncIterator[str]:
        """As `Rounds.text`."""
        return self._read(lambda stream: stream.text)

    async def final(self) -> R_co:
        """As `Rounds.final`."""
        if not (self._over or self._left):
            async for _ in self:
                pass
        return _joined(self._operation.name, self._results, complete=self._complete)

    async def aclose(self) -> None:
        """As `Rounds.close`."""
        self._left = True
        await self._current.aclose()

    def _read(
        self, parts: Callable[[AsyncStream[E_co, R_co]], AsyncIterator[T]]
    ) -> AsyncIterator[T]:
        return _AsyncParts(
            lambda: parts(self._current) if self._left or not self._over else None, self._advance
        )

    async def _advance(self) -> bool:
        if self._over or self._left:
            return False
        self._over = True  # as in `Rounds`
        self._results.append(await self._current.final())
        await self._current.aclose()
        next_stream = await self._follow(self._results[-1])
        self._complete = next_stream is None
        if next_stream is None or self._left:
            return False
        next_stream._continue(self._current)  # noqa: SLF001  # of the same class
        await next_stream.__aenter__()
        self._current = next_stream
        self._over = False
        return True


class _AsyncParts(Generic[T]):
    """What all rounds bring. Unlike a generator, it may be left anywhere."""

    def __init__(
        self, parts: Callable[[], AsyncIterator[T] | None], advance: Callable[[], Awaitable[bool]]
    ) -> None:
        self._parts = parts
        self._advance = advance
        self._present: AsyncIterator[T] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            self._present = self._present or self._parts()
            if self._present is None:
                raise StopAsyncIteration
            try:
                return await anext(self._present)
            except StopAsyncIteration:
                if not await self._advance():
                    raise
                self._present = None


def _joined(name: str, results: Sequence[R_co], *, complete: bool) -> R_co:
    if not complete:
        raise misuse(name, "did not end, so it has no result")
    rounds = cast("Sequence[StreamResult[Any, Any, Any, Any]]", results)
    messages = [one for result in rounds for one in result.messages]
    last = rounds[-1]._replace(text="".join(one.text for one in rounds), messages=messages)
    return cast("R_co", last)

"""Iterates over the events of one stream, whoever reads it and however it is left.

Iteration goes through generators, since a method would cost each event more than reading it. They
know nothing of the stream, so that a forgotten one is gone at once.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from coze_core._coze_error import CozeError
from coze_core._recovery import async_rest_of, rest_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
    from typing import Self

    from coze_core._body import AsyncBody, Body
    from coze_core._reader import EventReader
    from coze_core._recovery import Recoverer

E_co = TypeVar("E_co", covariant=True)


def misuse(operation: str, what: str) -> CozeError:
    """Return the error of a stream that is used as none can be."""
    return CozeError(
        f"{operation}: this stream {what}. "
        "Call the method again, open its stream in a with statement, and read it inside."
    )


class Events(Generic[E_co]):
    """The events of one stream, in batches; any number of loops share them, one after another."""

    def __init__(self, name: str, batches: Generator[Iterator[E_co]]) -> None:
        self._name = name
        self._batches = batches
        self._batch: Iterator[E_co] | None = iter(())
        self._left = False

    def __iter__(self) -> Generator[E_co]:
        try:
            while self._batch is not None:
                yield from self._batch
                if self._left:
                    raise misuse(self._name, "is closed")
                self._batch = next(self._batches, None)
        except ValueError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            raise misuse(self._name, "is being read by another thread") from None

    def close(self) -> None:
        """End all loops, but for one in another thread that waits: it ends by itself."""
        for iterator in (self._batch, self._batches):
            if isinstance(iterator, Generator):
                with suppress(ValueError):
                    iterator.close()

    def leave(self) -> None:
        """Refuse to be read any more."""
        self._left = True


class AsyncEvents(Generic[E_co]):
    """The events of one async stream, read by one task at a time."""

    __slots__ = ("_generator", "_name", "_next")

    def __init__(self, name: str, generator: AsyncGenerator[E_co]) -> None:
        self._name = name
        self._generator: Any = generator
        self._next: Callable[[], Awaitable[E_co]] = generator.__anext__

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[E_co]:
        if self._generator.ag_running:
            raise misuse(self._name, "is being read by another task")
        return self._next()

    async def aclose(self) -> None:
        """As `Events.close`."""
        with suppress(RuntimeError):
            await self._generator.aclose()

    def leave(self) -> None:
        """As `Events.leave`."""
        self._next = self._refuse

    def _refuse(self) -> Awaitable[E_co]:
        raise misuse(self._name, "is closed")


def batches(
    reader: EventReader[E_co], body: Body, recoverer: Recoverer[E_co] | None
) -> Generator[Iterator[E_co]]:
    try:
        for chunk in body.iter_bytes():
            yield reader.feed(chunk)
            if reader.ended:
                return
        for event in () if body.stopped else reader.finish():
            yield iter((event,))
    except CozeError as error:
        if body.stopped:
            return
        if recoverer is None or not recoverer.applies(error, reader):
            raise
        body.release()
        rest = rest_of(recoverer, reader, error, body)
    else:
        return
    yield rest


async def async_events(
    reader: EventReader[E_co],
    body: AsyncBody,
    chunks: AsyncGenerator[bytes],
    recoverer: Recoverer[E_co] | None,
) -> AsyncGenerator[E_co]:
    try:
        async for chunk in chunks:
            for event in reader.feed(chunk):
                yield event
            if reader.ended:
                return
        for event in () if body.stopped else reader.finish():
            yield event
    except CozeError as error:
        if body.stopped:
            return
        if recoverer is None or not recoverer.applies(error, reader):
            raise
        await chunks.aclose()
        await body.release()
        rest = await async_rest_of(recoverer, reader, error, body)
    else:
        return
    for event in rest:
        yield event

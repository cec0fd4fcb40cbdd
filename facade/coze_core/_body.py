"""What one sending of a request brings: an answer, whole or with its body still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from coze_core._coze_error import CozeError

B_co = TypeVar("B_co", covariant=True)


class AnyBody(Protocol):
    @property
    def stopped(self) -> bool:
        """Whether `Body.close` was called, from wherever: then reading ends without an error."""
        ...

    @property
    def secret(self) -> str:
        """The token that was sent, so that errors can leave it out."""
        ...

    def explain(self, error: CozeError) -> None:
        """Attach the request to an error about the body, for its report."""
        ...


class Body(AnyBody, Protocol):
    """A body that is still on its way. It holds a connection until it is released or forgotten.

    It is read in one thread at a time; any other may close it, which wakes the reader.
    """

    def iter_bytes(self) -> Iterator[bytes]:
        """Iterate over the body in pieces, decompressed.

        Raises:
            APIConnectionError: The body ended early.
            CozeError: It was released, another thread reads it, or another process opened it.
        """
        ...

    def close(self, *, drain: bool = False) -> None:
        """Stop reading, by the user's own hand, and give the connection back.

        Args:
            drain: Whether the rest is worthless and short: it is read for some milliseconds, so
                that the connection can be used again.
        """
        ...

    def release(self) -> None:
        """Give the connection back; more than once does no harm."""
        ...


class AsyncBody(AnyBody, Protocol):
    """The async variant of `Body`."""

    def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """As `Body.iter_bytes`."""
        ...

    async def aclose(self, *, drain: bool = False) -> None:
        """As `Body.close`."""
        ...

    async def release(self) -> None:
        """As `Body.release`."""
        ...


class RawResponse(NamedTuple, Generic[B_co]):
    """The answer to one sending of a request.

    Attributes:
        status_code: The HTTP status.
        headers: The headers; names in any case.
        body: The whole body, or nothing while it is still to come.
        live: The body that is still to come, if the request wanted it so.
        secret: The token that was sent, so that errors can leave it out.
    """

    status_code: int
    headers: Mapping[str, str]
    body: bytes
    live: B_co | None
    secret: str

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code}>"

"""What one sending of a request gives: an answer, whole or with its body still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from coze_core._errors import CozeError

B_co = TypeVar("B_co", covariant=True)


class Connected(Protocol):
    """What holds a connection until it is closed."""

    def close(self) -> None:
        """Gives the connection back; more than once does no harm."""
        ...


class AsyncConnected(Protocol):
    """The async twin of `Connected`."""

    async def aclose(self) -> None:
        """As `Connected.close`."""
        ...


class Body(Connected, Protocol):
    """A body that is still on its way. It holds a connection until it is read or closed."""

    def iter_bytes(self) -> Iterator[bytes]:
        """Gives the body in pieces, decompressed.

        Raises:
            APIConnectionError: The body ended early.
        """
        ...

    @property
    def secret(self) -> str:
        """The token that was sent, so that errors can leave it out."""
        ...

    def explain(self, error: CozeError) -> None:
        """Lets an error about the body remember the request, for its report."""
        ...


class AsyncBody(AsyncConnected, Protocol):
    """The async twin of `Body`."""

    def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """As `Body.iter_bytes`."""
        ...

    @property
    def secret(self) -> str:
        """As `Body.secret`."""
        ...

    def explain(self, error: CozeError) -> None:
        """As `Body.explain`."""
        ...


class Reply(NamedTuple, Generic[B_co]):
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
        return f"<Reply {self.status_code}>"

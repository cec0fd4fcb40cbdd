"""The body of an event stream, with what its reader needs to explain errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from coze_core._failures import stream_error
from coze_core._redact import redacted
from coze_core._reply import AsyncBody, Body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from coze_core._error_table import ErrorTable
    from coze_core._errors import StreamError
    from coze_core._response import ResponseInfo

B = TypeVar("B", bound=Body | AsyncBody)


class _Source(Generic[B]):
    def __init__(self, operation: str, body: B, response: ResponseInfo, table: ErrorTable) -> None:
        self.response = response
        self._operation = operation
        self._body = body
        self._table = table

    def error(
        self,
        *,
        code: int | str | None,
        msg: str,
        logid: str | None = None,
        data: object = None,
    ) -> StreamError:
        """Makes the error of this stream, with cause and remedy if the code is a known one."""
        error = stream_error(
            self._operation,
            self.response,
            self._table,
            code=code,
            msg=redacted(msg, [self._body.secret]),
            logid=logid,
            data=data,
        )
        self._body.explain(error)
        return error


class BodySource(_Source[Body]):
    """An event stream on its way."""

    def iter_bytes(self) -> Iterator[bytes]:
        """Gives the stream in pieces."""
        return self._body.iter_bytes()

    def close(self) -> None:
        """Gives the connection back; more than once does no harm."""
        self._body.close()


class AsyncBodySource(_Source[AsyncBody]):
    """The async twin of `BodySource`."""

    def iter_bytes(self) -> AsyncGenerator[bytes, None]:
        """As `BodySource.iter_bytes`."""
        return self._body.iter_bytes()

    async def aclose(self) -> None:
        """As `BodySource.close`."""
        await self._body.aclose()

"""An answer, as it comes: whole, or with its body on the way; and as it is kept with a result."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from copy import copy
from functools import partial
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from coze_core._coze_error import CozeError

B_co = TypeVar("B_co", covariant=True)
R = TypeVar("R")
T = TypeVar("T")


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


class RequestInfo(NamedTuple):
    """What identifies a request.

    Attributes:
        method: The HTTP method.
        url: The URL, without the parameters that an ``http_client`` adds.
    """

    method: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class ResponseInfo(Struct, kw_only=True, eq=False):
    """An answer of the API.

    Attributes:
        status_code: The HTTP status.
        headers: The headers; names in any case.
        logid: The API's log id, from the header ``x-tt-logid`` or from the body.
        body: The body as it came, decompressed, and so with whatever the server repeats of the
            request, the token among it; pickling leaves that out. Empty for a stream or a download.
        request: Method and URL.
        attempts: How often the request was sent, at least 1.
        elapsed: Seconds from the first sending to the answer, pauses included.
    """

    status_code: int
    headers: Mapping[str, str]
    logid: str | None
    body: bytes
    request: RequestInfo
    attempts: int
    elapsed: float
    _secret: str = ""  # the token that was sent

    def json(self) -> Any:
        """Return the whole body as plain JSON: also fields that no model has.

        Raises:
            CozeError: The body is no JSON, as that of a stream or a download.
        """
        from coze_core._decode import NotJSONError, parse

        try:
            return parse(self.body)
        except NotJSONError:
            raise CozeError(f"the body of the response to {self.request} is not JSON.") from None

    def __reduce__(self) -> tuple[Any, ...]:
        from coze_core._secrets import redacted, redacted_bytes

        fields = _fields(self)
        if secret := fields.pop("_secret"):
            headers = fields["headers"] = copy(fields["headers"])
            for name, value in headers.items():
                if secret in value:
                    headers[name] = redacted(value, [secret])
            fields["body"] = redacted_bytes(fields["body"], secret)
            fields["logid"] = fields["logid"] and redacted(fields["logid"], [secret])
        return partial(type(self), **fields), ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code} of {self.request}>"


class Response(ResponseInfo, Generic[T], kw_only=True, eq=False):
    """An answer together with the result of the method.

    Attributes:
        value: What the method returns.
    """

    value: T


class Recorder:
    """Keeps the first answer of a call."""

    def __init__(self) -> None:
        self.answer: ResponseInfo | None = None

    def record(self, response: ResponseInfo) -> None:
        """Keep a response, unless there was one before."""
        self.answer = self.answer or response

    def response(self, value: R) -> Response[R]:
        """Return a result together with the response.

        Raises:
            CozeError: No answer came.
        """
        if self.answer is None:
            raise self.unanswered(value)
        return Response(value=value, **_fields(self.answer))

    @staticmethod
    def unanswered(value: object) -> CozeError:
        """Return the error of a method that has sent no request."""
        return CozeError(
            f"with_response: this method returned {type(value).__name__} before it sent its "
            "request. Call it directly; a stream has it in `response` once it is open."
        )


def _fields(response: ResponseInfo) -> dict[str, Any]:
    return {name: getattr(response, name) for name in response.__struct_fields__}


def response_of(result: object) -> ResponseInfo:
    """Return the response that a result came with.

    Args:
        result: A model or a page that a method returned, a stream, a download, or an error.

    Raises:
        CozeError: The object did not come from an answer, or cannot remember it, like a list or a
            string: call the method through ``with_response`` then.
    """
    for name in ("_response", "response"):
        response = getattr(result, name, None)
        if isinstance(response, ResponseInfo):
            return response
    raise CozeError(
        f"response_of: this {type(result).__name__} carries no response. "
        "Call the method through with_response(method, ...) to get it."
    )

"""What is known about an answer beside its result, and which answer a result came with."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar, cast

from coze_core._coze_error import CozeError

R = TypeVar("R")
T = TypeVar("T")


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


class ResponseInfo:
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

    __slots__ = (
        "_secret",
        "attempts",
        "body",
        "elapsed",
        "headers",
        "logid",
        "request",
        "status_code",
    )

    def __init__(  # noqa: PLR0913  # a record
        self,
        *,
        status_code: int,
        headers: Mapping[str, str],
        logid: str | None,
        body: bytes,
        request: RequestInfo,
        attempts: int,
        elapsed: float,
        secret: str = "",
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.logid = logid
        self.body = body
        self.request = request
        self.attempts = attempts
        self.elapsed = elapsed
        self._secret = secret  # the token that was sent

    def json(self) -> Any:
        """Return the whole body as plain JSON: also fields that no model has.

        Raises:
            CozeError: The body is no JSON, as that of a stream or a download.
        """
        from coze_core._coze_error import CozeError
        from coze_core._decode import NotJSONError, parse

        try:
            return parse(self.body)
        except NotJSONError:
            raise CozeError(f"the body of the response to {self.request} is not JSON.") from None

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        from coze_core._secrets import redacted, redacted_bytes

        _, state = cast("tuple[None, dict[str, Any]]", object.__getstate__(self))
        if secret := state.pop("_secret", ""):
            headers = state["headers"] = copy(state["headers"])
            for name, value in headers.items():
                if secret in value:
                    headers[name] = redacted(value, [secret])
            state["body"] = redacted_bytes(state["body"], secret)
            state["logid"] = state["logid"] and redacted(state["logid"], [secret])
        return None, {**state, "_secret": ""}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code} of {self.request}>"


class Response(ResponseInfo, Generic[T]):
    """An answer together with the result of the method.

    Attributes:
        value: What the method returns.
    """

    __slots__ = ("value",)

    def __init__(self, value: T, info: ResponseInfo) -> None:
        super().__init__(
            status_code=info.status_code,
            headers=info.headers,
            logid=info.logid,
            body=info.body,
            request=info.request,
            attempts=info.attempts,
            elapsed=info.elapsed,
            secret=info._secret,  # noqa: SLF001  # of the base class
        )
        self.value = value


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
        return Response(value, self.answer)

    @staticmethod
    def unanswered(value: object) -> CozeError:
        """Return the error of a method that has sent no request."""
        return CozeError(
            f"with_response: this method returned {type(value).__name__} before it sent its "
            "request. Call it directly; a stream has it in `response` once it is open."
        )


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

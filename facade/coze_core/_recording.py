"""Calls a method of a resource and keeps the answer that its result came with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from coze_core._errors import CozeError
from coze_core._response import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from coze_core._resource import AsyncResource, Resource
    from coze_core._response import ResponseInfo

P = ParamSpec("P")
R = TypeVar("R")


class Recorder:
    """Keeps the first answer of a call."""

    def __init__(self) -> None:
        self.answer: ResponseInfo | None = None

    def record(self, response: ResponseInfo) -> None:
        """Keeps an answer, unless there was one before."""
        self.answer = self.answer or response

    def response(self, value: R) -> Response[R]:
        """Gives a result together with the answer.

        Raises:
            CozeError: No answer came.
        """
        if self.answer is None:
            raise self.unanswered(value)
        return Response(value, self.answer)

    @staticmethod
    def unanswered(value: object) -> CozeError:
        """Makes the error of a method that has sent no request."""
        return CozeError(
            f"with_response: this method gave {type(value).__name__} before it sent its request. "
            "Call it directly; a stream has its answer in `response` once it is open."
        )


def recorded(
    method: Callable[P, R], kind: type[Resource | AsyncResource], recorder: Recorder
) -> Callable[P, R]:
    """Gives the same method of the same resource, with its answers recorded.

    Raises:
        CozeError: This is no method of such a resource.
    """
    bound: Any = method
    if not isinstance(getattr(method, "__self__", None), kind):
        raise CozeError(
            "with_response takes a method of this client and then its arguments, as in "
            "with_response(coze.bots.retrieve, bot_id=...); an async client takes async methods."
        )
    resource = bound.__self__
    client = resource._client.recording(recorder)  # noqa: SLF001  # public names are the API's
    return bound.__func__.__get__(resource._rebound(client))  # noqa: SLF001  # as above

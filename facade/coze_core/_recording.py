"""The answers that results came with."""

from __future__ import annotations

from typing import TypeVar

from coze_core._errors import CozeError
from coze_core._response import Response, ResponseInfo

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


def response_of(result: object) -> ResponseInfo:
    """Gives the answer that a result came with.

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
        f"response_of: this {type(result).__name__} carries no answer. "
        "Call the method through with_response(method, ...) to get its answer."
    )

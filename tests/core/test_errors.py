from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from coze_core import (
    Advice,
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    ConflictError,
    CozeError,
    ErrorTable,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    QuotaError,
    RateLimitError,
    RequestInfo,
    ResponseInfo,
    ServerError,
    StreamError,
)

REQUEST = RequestInfo("GET", "https://api.test/x")
RESPONSE = ResponseInfo(
    status_code=200,
    headers={"a": "b"},
    logid="log",
    body=b"{}",
    request=REQUEST,
    attempts=1,
    elapsed=0.5,
)
ADVICE = Advice("server", "cause", "remedy", "yes", "https://docs.test")
API_ERRORS = [
    APIError,
    AuthenticationError,
    PermissionDeniedError,
    NotFoundError,
    InvalidRequestError,
    RateLimitError,
    QuotaError,
    ConflictError,
    ServerError,
]
ERRORS: list[CozeError] = [
    CozeError("text"),
    *(
        kind(
            "text",
            code=7,
            msg="words",
            logid="log",
            status_code=200,
            request=REQUEST,
            response=RESPONSE,
            advice=ADVICE,
        )
        for kind in API_ERRORS
    ),
    APIConnectionError("text", sent=False, request=REQUEST),
    APITimeoutError("text", phase="read", seconds=3, request=REQUEST),
    StreamError("text", code=7, msg="words", logid="log", data={"a": 1}, response=RESPONSE),
]


def contents(value: Any) -> Any:
    if isinstance(value, ResponseInfo):
        return {name: getattr(value, name) for name in ResponseInfo.__slots__}
    return value


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("make", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301  # our own bytes
def test_errors_survive_copying_and_pickling(error: CozeError, make: Any) -> None:
    error.add_note("a note")
    made = make(error)
    assert type(made) is type(error)
    assert str(made) == "text"
    for name, value in vars(error).items():
        assert contents(getattr(made, name)) == contents(value)


def test_there_is_one_tree_of_errors() -> None:
    assert all(issubclass(kind, APIError) for kind in API_ERRORS)
    assert issubclass(APITimeoutError, APIConnectionError)
    for kind in (APIError, APIConnectionError, StreamError):
        assert issubclass(kind, CozeError)
        assert kind.__bases__ == (CozeError,)


@pytest.mark.parametrize("error", [FileNotFoundError("table"), StopIteration(), ValueError("x")])
def test_a_table_that_cannot_be_read_explains_nothing_and_replaces_no_error(
    error: Exception,
) -> None:
    def load() -> dict[str, Advice]:
        raise error

    table = ErrorTable(load)
    assert table.advice(7) is None
    assert table.advice(None, 500) is None


def test_the_table_is_loaded_by_the_first_error_and_once() -> None:
    loaded: list[bool] = []

    def load() -> dict[str, Advice]:
        loaded.append(True)
        return {"7": ADVICE, "http 500": Advice("server", "status")}

    table = ErrorTable(load)
    assert not loaded
    assert table.advice(7) == table.advice("7") == ADVICE
    assert table.advice(8) is None
    assert (table.advice(None, 500) or ADVICE).cause == "status"
    assert loaded == [True]

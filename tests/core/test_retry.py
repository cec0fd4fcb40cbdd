from __future__ import annotations

from email.utils import formatdate

import pytest

from coze_core import APIConnectionError, APIError, APITimeoutError, RequestInfo, ResponseInfo
from coze_core._error_table import Advice
from coze_core._retry import pause_before_retry, retry_after

NOW = 1_700_000_000.0


def answered(status: int = 200, verdict: str | None = None, wait: str | None = None) -> APIError:
    response = ResponseInfo(
        status_code=status,
        headers={} if wait is None else {"retry-after": wait},
        logid=None,
        body=b"",
        request=RequestInfo("GET", "/"),
        attempts=1,
        elapsed=0.0,
    )
    advice = Advice("server", "", "", verdict) if verdict else None  # type: ignore[arg-type]
    return APIError("it failed", status_code=status, response=response, advice=advice)


@pytest.mark.parametrize(
    ("error", "repeatable", "other"),
    [
        (APIConnectionError("no connection", sent=False), True, True),
        (APITimeoutError("no connection", phase="connect", sent=False), True, True),
        (APITimeoutError("no free connection", phase="pool", sent=False), True, True),
        (APIConnectionError("lost"), True, False),
        (APITimeoutError("no answer", phase="read"), True, False),
        (answered(408), True, True),
        (answered(429), True, True),
        (answered(503, wait="0"), True, True),
        (answered(200, "refused"), True, True),
        (answered(400, "refused"), True, True),
        (answered(503), True, False),
        (answered(503, wait="soon"), True, False),
        (answered(500), True, False),
        (answered(502, "no"), True, False),
        (answered(200, "yes"), True, False),
        (answered(200, "no"), False, False),
        (answered(200), False, False),
        (answered(302), False, False),
        (answered(400), False, False),
        (answered(401, wait="1"), False, False),
        (answered(404), False, False),
    ],
    ids=lambda value: (
        f"{value.args[0]} {getattr(value, 'status_code', '')}"
        if isinstance(value, Exception)
        else None
    ),
)
def test_the_table_decides_what_is_sent_again(
    error: APIError | APIConnectionError, *, repeatable: bool, other: bool
) -> None:
    assert (pause_before_retry(error, repeatable=True, attempt=1) is not None) is repeatable
    assert (pause_before_retry(error, repeatable=False, attempt=1) is not None) is other


@pytest.mark.parametrize(
    ("attempt", "longest"),
    [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (5000, 8.0)],
)
def test_pauses_are_drawn_from_a_range_that_doubles_up_to_eight_seconds(
    attempt: int, longest: float
) -> None:
    pauses = [
        pause_before_retry(answered(500), repeatable=True, attempt=attempt) for _ in range(300)
    ]
    drawn = [pause for pause in pauses if pause is not None]
    assert len(drawn) == len(pauses)
    assert 0 <= min(drawn) < longest / 4
    assert longest * 3 / 4 < max(drawn) <= longest


@pytest.mark.parametrize(("wait", "pause"), [("0", 0), ("7", 7), ("60", 60), ("61", None)])
def test_retry_after_is_honoured_up_to_a_minute(wait: str, pause: float | None) -> None:
    assert pause_before_retry(answered(429, wait=wait), repeatable=False, attempt=3) == pause


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        (" 5 ", 5.0),
        (formatdate(NOW + 30, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        ("9" * 5000, float("inf")),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("²", None),
        ("1, 2", None),
        ("Mon, 99 Foo 2024 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_an_http_date(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, now=NOW) == seconds


def test_no_retry_after_is_none() -> None:
    assert retry_after({}, now=NOW) is None

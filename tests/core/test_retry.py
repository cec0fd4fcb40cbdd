from __future__ import annotations

from email.utils import formatdate

import pytest

from coze_core import APIConnectionError, APIError, APITimeoutError, RequestInfo, ResponseInfo
from coze_core._call import failure_of, pause_before_retry, refused_token, retry_after
from coze_core._errors import Advice

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


ROWS = {
    "unconnected": (True, True),
    "lost": (True, False),
    "refused": (True, True),
    "failed": (True, False),
    "final": (False, False),
}


@pytest.mark.parametrize(
    ("error", "row"),
    [
        (APIConnectionError("no connection", sent=False), "unconnected"),
        (APITimeoutError("no connection", phase="connect", sent=False), "unconnected"),
        (APITimeoutError("no free connection", phase="pool", sent=False), "unconnected"),
        (APIConnectionError("lost"), "lost"),
        (APITimeoutError("no answer", phase="read"), "lost"),
        (answered(408), "refused"),
        (answered(429), "refused"),
        (answered(503, wait="0"), "refused"),
        (answered(200, "refused"), "refused"),
        (answered(400, "refused"), "refused"),
        (answered(503), "failed"),
        (answered(503, wait="soon"), "failed"),
        (answered(500), "failed"),
        (answered(502, "no"), "failed"),
        (answered(200, "yes"), "failed"),
        (answered(499, "no"), "final"),
        (answered(200, "no"), "final"),
        (answered(200), "final"),
        (answered(302), "final"),
        (answered(400), "final"),
        (answered(401, wait="1"), "final"),
        (answered(404), "final"),
    ],
    ids=lambda value: (
        f"{value.args[0]} {getattr(value, 'status_code', '')}"
        if isinstance(value, Exception)
        else None
    ),
)
def test_the_table_decides_what_is_sent_again(
    error: APIError | APIConnectionError, row: str
) -> None:
    asked = None
    if isinstance(error, APIError) and error.response:
        asked = retry_after(error.response.headers, now=NOW)
    assert failure_of(error, asked) == row
    for repeatable, again in zip((True, False), ROWS[row], strict=True):
        pause = pause_before_retry(error, repeatable=repeatable, attempt=1)
        assert (pause is not None) is again


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (answered(401), True),
        (answered(401, "no"), True),
        (answered(200, "token"), True),
        (answered(400, "token"), True),
        (answered(400, "refused"), False),
        (answered(402), False),
        (answered(400), False),
        (APIConnectionError("no connection", sent=False), False),
    ],
    ids=str,
)
def test_another_token_may_help_where_the_token_was_refused(
    error: APIError | APIConnectionError, *, refused: bool
) -> None:
    assert refused_token(error) is refused


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


@pytest.mark.parametrize(
    ("wait", "pause"),
    [
        *(("0", 0), ("7", 7), ("60", 60), ("61", None)),
        (formatdate(NOW, usegmt=True), 0),
        (formatdate(2 * NOW, usegmt=True), None),
    ],
)
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

"""Turns a response that is not a success into the error that explains it."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from coze_core._decode import AnswerDecoder, Envelope, NotJSONError, json_object, parse, result_code
from coze_core._errors import APIError, StreamError, error_class
from coze_core._secrets import hide_named, redacted, spellings

if TYPE_CHECKING:
    from collections.abc import Collection

    from coze_core._errors import Advice, ErrorTable
    from coze_core._response import RequestInfo, ResponseInfo

RESULT = "a JSON result"
_LONGEST_LINE = 500
_LONGEST_TEXT = 20_000
# No tag is looked for beyond the next "<", so that an endless "<<<" costs no more than other text.
_TAG = re.compile(r"<[^<>]*>")
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)


def is_unwrapped_error(body: bytes, table: ErrorTable) -> bool:
    """Whether an answer without envelope, which is JSON, is an error."""
    found = table.unwrapped_error(json_object(parse(body)))
    return bool(found.code or found.text)


def api_error(  # noqa: PLR0913  # what an answer may mean depends on all of it
    operation: str,
    response: ResponseInfo,
    table: ErrorTable,
    due: str,
    secrets: Collection[str],
    *,
    quoted: bool = True,
) -> APIError:
    """Return the error of a response.

    Args:
        operation: The dotted name of the operation.
        response: The answer.
        table: The error codes of the API.
        due: What the answer should have been.
        secrets: What must not be repeated even if the answer does: the token first of all.
        quoted: Whether the body may be quoted where it explains nothing, and be kept at all.
    """
    secrets = {spelling for secret in secrets for spelling in spellings(secret)}
    try:
        envelope = _envelope().decode(response.body)
    except NotJSONError:
        envelope = Envelope[Any](None)
    unwrapped = table.unwrapped_error(json_object(envelope.value))
    code = envelope.code or result_code(unwrapped.code) or envelope.code
    if isinstance(code, str):
        code = redacted(code, secrets)
    msg = envelope.msg or unwrapped.text or ""
    if not msg and quoted:
        msg = _excerpt(response.body, secrets)
    msg = redacted(msg, secrets)
    logid = response.logid or envelope.logid or unwrapped.logid
    response.logid = logid and redacted(logid, secrets)
    if not quoted:
        response.body = b""
    advice = table.advice(code, response.status_code)
    status = f"HTTP {response.status_code}"
    what = f"{operation} failed with {f'code {code} ({status})' if code else status}"
    irregularity = "" if code else redacted(_irregularity(response, due, code), secrets)
    said = ": ".join(filter(None, [what, irregularity, msg]))
    return error_class(advice, response.status_code)(
        paragraph(said, advice, response.logid, response.request),
        code=code,
        msg=msg,
        logid=response.logid,
        status_code=response.status_code,
        request=response.request,
        response=response,
        advice=advice,
    )


def _irregularity(response: ResponseInfo, due: str, code: object) -> str:
    """Say what is wrong with a response that does not look like an error."""
    match response.status_code // 100:
        case 2 if not response.body:
            return "the answer is empty"
        case 2 if code == 0 and due == RESULT:
            return "success without a result"
        case 2:
            media_type = response.headers.get("content-type", "of no type")
            return f"the answer ({media_type}) is not {due}"
        case 3 if "location" in response.headers:
            return f"a redirect to {response.headers['location']}, which base_url should avoid"
        case _:
            return ""


def stream_error(  # noqa: PLR0913  # the parts of one event
    operation: str,
    response: ResponseInfo,
    table: ErrorTable,
    *,
    code: int | str | None,
    msg: str,
    logid: str | None = None,
    data: object = None,
) -> StreamError:
    """Return the error of a stream that had begun: what its error event says, or what is wrong."""
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code)
    advice = table.advice(code)
    logid = logid or response.logid
    what = f"{operation} failed in its stream" + (f" with code {code}" if code else "")
    return StreamError(
        paragraph(f"{what}: {msg}" if msg else what, advice, logid, response.request),
        code=code,
        msg=msg,
        logid=logid,
        data=data,
        response=response,
        advice=advice,
    )


def job_error(  # noqa: PLR0913  # the parts of one failure
    operation: str,
    table: ErrorTable,
    subject: object,
    *,
    code: object,
    msg: object,
    what: str,
) -> APIError:
    """Return the error of something that an operation started and that ended badly.

    Args:
        operation: The dotted name of the operation.
        table: The error codes of the API.
        subject: What ended badly, as the last poll returned it.
        code: The error code of the subject, or nothing.
        msg: The words of the subject, or nothing.
        what: The state and the ids of the subject.
    """
    code = result_code(code)
    response: ResponseInfo | None = getattr(subject, "_response", None)
    advice = table.advice(code) if code else None
    logid = response.logid if response else None
    said = f"{operation} {what}" + (f" and code {code}" if code else "")
    return error_class(advice, 200)(
        paragraph(f"{said}: {msg}" if msg else said, advice, logid, None),
        code=code or None,
        msg=str(msg or ""),
        logid=logid,
        status_code=response.status_code if response else 0,
        request=response.request if response else None,
        response=response,
        advice=advice,
    )


def paragraph(
    what: str, advice: Advice | None, logid: str | None, request: RequestInfo | None
) -> str:
    """Return the text of an error: what, likely cause, remedy, request, log id."""
    sentences = [_line(what)]
    if advice:
        sentences += [
            f"Likely cause: {advice.cause}" if advice.cause else "",
            f"What to do: {advice.remedy}" if advice.remedy else "",
            f"See {advice.page} for more" if advice.page else "",
        ]
    marks = [str(request) if request else "", f"log id {logid}" if logid else ""]
    text = " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)
    return f"{text} [{', '.join(filter(None, marks))}]" if any(marks) else text


def _excerpt(body: bytes, secrets: Collection[str]) -> str:
    """Return the beginning of a body as one line; of an HTML page, its title."""
    # Masked before it is cut, for nothing finds half a secret afterwards.
    whole = body[: 2 * _LONGEST_TEXT].decode("utf-8", "replace")
    text = hide_named(redacted(whole, secrets))[:_LONGEST_TEXT]
    if title := _TITLE.search(text):
        text = f"an HTML page: {html.unescape(title[1])}"
    elif text.lstrip()[:1] == "<":
        text = f"markup: {_TAG.sub(' ', text)}"
    return _line(text)


def _line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}..."


@cache
def _envelope() -> AnswerDecoder[Any]:
    return AnswerDecoder(cast("type[Any]", object), None)

"""The ASGI application: from a request to its answer."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

from coze_sandbox._answers import Answer, Answers, refusal
from coze_sandbox._call import Call, read
from coze_sandbox._checking import Checker, as_served
from coze_sandbox._delivery import Delivery
from coze_sandbox._errors import FORBIDDEN, UNAUTHENTICATED, RefusalError
from coze_sandbox._oauth import OAuth
from coze_sandbox._requests import MAX_BYTES, MAX_REQUESTS, RecordedRequest, without_token
from coze_sandbox._router import Router
from coze_sandbox._scenarios import Scenario, Scenarios

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from coze_sandbox._document import Document

SCENARIO = "x-sandbox-scenario"
LOGID = "x-tt-logid"
EXPIRED = "expired"


class Application:
    """Answers the requests of a document.

    Args:
        document: the effective document.
        items: how many items each collection has.
        strict: whether requests are refused that the service would take in practice.
    """

    def __init__(self, document: Document, items: int, *, strict: bool) -> None:
        self._strict = strict
        self.requests: list[RecordedRequest] = []
        self.oauth = OAuth()
        self.scenarios = Scenarios(
            one.name_of(streamed=streamed)
            for one in document.operations
            for streamed in (False, True)
        )
        self._router = Router(document.operations)
        self._checker = Checker(document)
        self.answers = Answers(document, items)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        # A server that stops cancels what still waits.
        with contextlib.suppress(ClientDisconnect, asyncio.CancelledError):
            request = Request(scope, receive)
            answer, scenario = self._answer(request, await request.body())
            await Delivery(answer, scenario, scope, receive, send).run()

    def _answer(self, request: Request, content: bytes) -> tuple[Answer, Scenario]:
        method, path = request.method, request.scope["raw_path"].decode("ascii")
        query = tuple(request.query_params.multi_items())
        headers = dict(request.headers)
        logid = hashlib.sha256(repr((method, path, query, content)).encode()).hexdigest()[:32]
        scenario = Scenario()
        name = ""
        unknown: tuple[str, ...] = ()
        answer = self.oauth.page(path, request.query_params) if method == "GET" else None
        try:
            if answer is None:
                operation, values = self._router.find(method, path, strict=self._strict)
                name = operation.name
                if operation.secured:
                    self._authenticate(headers.get("authorization", ""))
                call = read(Call(operation, values, query, headers, content))
                name = call.name
                if not self._strict:
                    call = as_served(call)
                unknown = self._checker.check(call, strict=self._strict)
                forced = _forced(headers)
                scenario = self.scenarios.take(name) if forced is None else forced
                answer = None if scenario.fails else self.oauth.answer(call)
                answer = answer or self.answers.answer(call, scenario, logid)
        except RefusalError as error:
            answer = refusal(error, logid)
        answer.headers[LOGID] = logid
        recorded = RecordedRequest(
            method, path, query, without_token(headers), content, name, unknown
        )
        self._record(recorded)
        return answer, scenario

    def _record(self, request: RecordedRequest) -> None:
        """Keep a request, and of those before it as many as the bounds allow."""
        kept = self.requests
        kept.append(request)
        del kept[:-MAX_REQUESTS]
        surplus = sum(len(one.body) for one in kept) - MAX_BYTES
        while surplus > 0 and len(kept) > 1:
            surplus -= len(kept.pop(0).body)

    def _authenticate(self, authorization: str) -> None:
        """Accept any bearer token but those that have expired.

        Raises:
            RefusalError: there is none, or it has expired.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise RefusalError(
                "no bearer token; send `Authorization: Bearer <any text>`",
                status=401,
                code=FORBIDDEN,
            )
        if token.strip() == EXPIRED or self.oauth.has_ended(token.strip()):
            raise RefusalError("the token has expired", status=401, code=UNAUTHENTICATED)


def _forced(headers: dict[str, str]) -> Scenario | None:
    """Read the scenario that a request brings along.

    Raises:
        RefusalError: there is one that cannot be read.
    """
    text = headers.get(SCENARIO)
    try:
        return None if text is None else Scenario.parse(text)
    except ValueError as error:
        raise RefusalError(f"{SCENARIO}: {error}") from error

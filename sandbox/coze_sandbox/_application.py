"""The ASGI application: from a request to its answer."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, HTTPConnection, Request

from coze_sandbox._answers import Answer, Answers, refusal
from coze_sandbox._call import Call, read
from coze_sandbox._checking import Checker, as_served
from coze_sandbox._delivery import Delivery
from coze_sandbox._errors import FORBIDDEN, UNAUTHENTICATED, RefusalError
from coze_sandbox._oauth import OAuth
from coze_sandbox._requests import RecordedRequest, keep, without_token
from coze_sandbox._router import Router
from coze_sandbox._scenarios import Scenario, Scenarios
from coze_sandbox._session import Session

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
        """Take one request, or one socket."""
        # A server that stops cancels what still waits.
        with contextlib.suppress(ClientDisconnect, asyncio.CancelledError):
            is_socket = scope["type"] == "websocket"
            content = b"" if is_socket else await Request(scope, receive).body()
            answer, scenario, recorded = self._answer(HTTPConnection(scope), content)
            if answer.dialogue is None or scenario.cut_after == 0:
                await Delivery(answer, scenario, scope, receive, send).run()
            else:
                session = Session(answer.dialogue, scenario, self._checker, recorded, self._strict)
                await session.run(answer.headers, scope, receive, send)

    def _answer(
        self, request: HTTPConnection, content: bytes
    ) -> tuple[Answer, Scenario, RecordedRequest]:
        scope = request.scope
        method, path = scope.get("method", "GET"), scope["raw_path"].decode("ascii")
        query = tuple(request.query_params.multi_items())
        headers = dict(request.headers)
        logid = hashlib.sha256(repr((method, path, query, content)).encode()).hexdigest()[:32]
        scenario = Scenario()
        name = token = ""
        unknown: list[str] = []
        answer = self.oauth.page(path, request.query_params) if method == "GET" else None
        try:
            if answer is None:
                operation, values = self._router.find(method, path, strict=self._strict)
                name = operation.name
                operation.check_upgrade(asked=scope["type"] == "websocket")
                if operation.secured:
                    token = self._authenticate(headers.get("authorization", ""))
                call = read(Call(operation, values, query, headers, content))
                name = call.name
                if not self._strict:
                    call = as_served(call)
                unknown += self._checker.check(call, strict=self._strict)
                forced = _forced(headers)
                scenario = self.scenarios.take(name) if forced is None else forced
                if scenario.expire_token:
                    self.oauth.expire(token)
                answer = None if scenario.fails else self.oauth.answer(call)
                answer = answer or self.answers.answer(call, scenario, logid)
        except RefusalError as error:
            answer = refusal(error, logid)
        answer.headers[LOGID] = logid
        recorded = RecordedRequest(
            method,
            path,
            tuple(without_token(query)),
            dict(without_token(headers.items())),
            content,
            name,
            unknown,
        )
        keep(self.requests, recorded, lambda one: len(one.body))
        return answer, scenario, recorded

    def _authenticate(self, authorization: str) -> str:
        """Return the bearer token; any is accepted but those that have expired.

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
        token = token.strip()
        if token == EXPIRED or self.oauth.has_ended(token):
            raise RefusalError("the token has expired", status=401, code=UNAUTHENTICATED)
        return token


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

"""Receives callbacks: whoever serves HTTP hands over headers and body, and sends the answer."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from math import inf
from secrets import token_bytes
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

import msgspec

from coze_client.callbacks._answers import (
    Answer,
    Audit,
    challenge_answer,
    error_answer,
    json_body,
)
from coze_client.callbacks._errors import (
    BodyTooLargeError,
    CallbackError,
    InProgressError,
    SignatureError,
)
from coze_client.callbacks._parsing import parse
from coze_client.callbacks._signature import check_signature, is_signed
from coze_client.callbacks._store import MemoryStore
from coze_core import CozeError

if TYPE_CHECKING:
    from typing_extensions import TypeIs

from coze_api.events import CallbackEvent
from coze_client.callbacks._store import EventStore

Handler: TypeAlias = Callable[[CallbackEvent], Audit | None]
AsyncHandler: TypeAlias = Callable[[CallbackEvent], Awaitable[Audit | None]]

_LOG = logging.getLogger("coze_client")
_DAY = 86_400.0
_MEBIBYTE = 1_048_576
# An event is remembered a little longer than its timestamp is accepted: clocks differ.
_MARGIN = 60.0
_UNSIGNED = 4096
"""Bytes of a body that anybody may have sent: a challenge needs a few hundred."""
_CLAIM = b"\0"  # which no answer begins with
# The claim on an event ends by itself, lest a process that dies takes the event with it.
_LONGEST_HANDLING = 600.0


class _Claim(NamedTuple):
    """An event that is this delivery's to handle, if the store takes the value."""

    event: CallbackEvent
    key: str
    value: bytes
    seconds: float


class _VerificationHeader(msgspec.Struct):
    event_type: Literal["url_verification"]
    event_id: str


class _Challenge(msgspec.Struct):
    challenge: str


class _Verification(msgspec.Struct):
    """All that an unsigned callback may be."""

    header: _VerificationHeader
    event: _Challenge


class Receiver:
    """Verifies callbacks, answers challenges, and hands each event to a handler once.

    May be used from several threads and tasks at once.

    Args:
        verify_token: The secret of the callback app, as ``coze.api_apps.list()`` returns it.
        window: How many seconds ago an event may have happened. What is older is refused, as a
            recorded callback might be. A day by default: a callback that is sent again bears the
            time of its event, and some events are reported hours late.
        max_body: The greatest number of bytes in a body.
        store: What remembers the events that were handled: by default the memory of this process.

    Raises:
        CozeError: An argument makes no sense.
    """

    def __init__(
        self,
        verify_token: str,
        *,
        window: float = _DAY,
        max_body: int = _MEBIBYTE,
        store: EventStore | None = None,
    ) -> None:
        if not verify_token or not isinstance(verify_token, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # of callers without a checker
            raise CozeError("verify_token must be a text. Pass the one of the callback app.")
        is_number = isinstance(window, int | float) and isinstance(max_body, int)  # pyright: ignore[reportUnnecessaryIsInstance]  # as above
        if not (is_number and 0 < window < inf and max_body >= 1):
            raise CozeError(
                f"window is {window!r} and max_body is {max_body!r}. Pass seconds and bytes above "
                "0."
            )
        self.max_body = max_body
        self._verify_token = verify_token
        self._window = window
        self._store = MemoryStore() if store is None else store

    def read(self, headers: Mapping[str, str], body: bytes) -> CallbackEvent:
        """Verify a callback and return its event, without remembering it.

        A ``url_verification`` need not be signed; its challenge is not a secret.

        Args:
            headers: The headers of the request; their names in any case.
            body: The body as it came.

        Raises:
            CallbackError: The callback is refused.
            CozeError: The body is not bytes.
        """
        return self._read(headers, body)[0]

    def receive(self, headers: Mapping[str, str], body: bytes, handler: Handler) -> Answer:
        """Handle a callback and return the answer to send.

        The handler is called once for each event, however often it is delivered; only if it raises,
        or has not finished after ten minutes, it is called when the event is delivered again.

        Args:
            headers: The headers of the request; their names in any case.
            body: The body as it came.
            handler: Called with the event. Coze waits 3 seconds, with ``bot.published`` 10. The
                callback app of a channel answers ``bot.published`` with an `Audit`.

        Raises:
            Exception: Whatever the handler or the store raises. Answer with status 500.
            CozeError: The body is not bytes, or the handler returned something else.
        """
        claim = self._verify(headers, body)
        if isinstance(claim, Answer):
            return claim
        try:
            if taken := self._take(claim):
                return taken
            answer = _answer(claim.event, handler(claim.event))
        except BaseException:
            self._store.delete(claim.key, claim.value)
            raise
        self._store.set(claim.key, answer.body, claim.seconds, claim.value)
        return answer

    async def areceive(
        self, headers: Mapping[str, str], body: bytes, handler: Handler | AsyncHandler
    ) -> Answer:
        """As `receive`, for asyncio and trio; a handler that is not async runs in a thread."""
        # The sync way does without.
        from anyio import CancelScope, to_thread  # noqa: PLC0415

        from coze_client._threads import run_in_thread  # noqa: PLC0415

        if not _is_async(handler):
            return await to_thread.run_sync(self.receive, headers, body, cast("Handler", handler))
        claim = self._verify(headers, body)
        if isinstance(claim, Answer):
            return claim
        try:
            if taken := await run_in_thread(partial(self._take, claim)):
                return taken
            answer = _answer(claim.event, await handler(claim.event))
        except BaseException:
            with CancelScope(shield=True):
                await run_in_thread(partial(self._store.delete, claim.key, claim.value))
            raise
        with CancelScope(shield=True):
            await run_in_thread(
                partial(self._store.set, claim.key, answer.body, claim.seconds, claim.value)
            )
        return answer

    def limit(self, headers: Mapping[str, str]) -> int:
        """Return how many bytes a body may have.

        Args:
            headers: The headers of the request; their names in lower case.
        """
        return self.max_body if is_signed(headers) else min(self.max_body, _UNSIGNED)

    def _read(self, headers: Mapping[str, str], body: bytes) -> tuple[CallbackEvent, float]:
        if not isinstance(body, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CozeError(
                f"body must be bytes, got {type(body).__name__}. Pass them as they arrived: the "
                "signature covers them."
            )
        if not isinstance(headers, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # as above
            raise CozeError(
                f"headers must be a mapping of texts, got {type(headers).__name__}. Pass "
                "dict(headers)."
            )
        headers = {name.lower(): value for name, value in headers.items()}
        if len(body) > (limit := self.limit(headers)):
            raise too_large(limit)
        if not is_signed(headers):
            return _unsigned(body), 0.0
        happened = check_signature(headers, body, self._verify_token, self._window)
        return parse(body), happened

    def _verify(self, headers: Mapping[str, str], body: bytes) -> Answer | _Claim:
        """Verify a callback; return the answer, or the claim to make on its event."""
        try:
            event, happened = self._read(headers, body)
            if event.event_type == "url_verification":
                _LOG.info("callback %r: challenge answered", event.header.event_id)
                return challenge_answer(event.event.challenge)
            key = f"{event.header.api_app_id or ''}:{event.header.event_id}"
            seconds = happened + self._window + _MARGIN - time.time()
            return _Claim(event, key, _CLAIM + token_bytes(16), seconds)
        except CallbackError as error:
            return _refused(error)

    def _take(self, claim: _Claim) -> Answer | None:
        """Take an event; return the answer if another delivery has it, or has handled it."""
        event_id = claim.event.header.event_id
        try:
            if self._store.add(claim.key, claim.value, min(claim.seconds, _LONGEST_HANDLING)):
                return None
            earlier = self._store.get(claim.key)
            if not earlier or earlier.startswith(_CLAIM):
                raise InProgressError(
                    f"Event {event_id} is already being processed; the sender should retry later."
                )
        except CallbackError as error:
            return _refused(error)
        _LOG.info("callback %r: processed before", event_id)
        return Answer(200, earlier)


def too_large(limit: int) -> BodyTooLargeError:
    """Return the error of a body that is longer than `Receiver.limit`."""
    return BodyTooLargeError(
        f"The body of the callback is longer than {limit} bytes. Allow more with max_body=, but "
        f"not more than {_UNSIGNED} without a signature."
    )


def _refused(error: CallbackError) -> Answer:
    _LOG.info("callback refused: %s: %s", type(error).__name__, error)
    return error_answer(error)


def _unsigned(body: bytes) -> CallbackEvent:
    try:
        msgspec.json.decode(body, type=_Verification)
        return parse(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, CallbackError):
        raise SignatureError(
            "The callback has no x-coze-signature, so anybody may have sent it."
        ) from None


def _answer(event: CallbackEvent, audit: object) -> Answer:
    if inspect.iscoroutine(audit):
        audit.close()
    if not isinstance(audit, Audit | None):
        raise CozeError(
            f"The callback handler returned {type(audit).__name__}. Return an Audit or None; an "
            "async handler is defined with async def, for areceive and ASGIApp."
        )
    header = event.header
    _LOG.info("callback %r: %s handled", header.event_id, header.event_type)
    if audit is None and event.event_type == "bot.published" and header.connector_id:
        _LOG.warning(
            "callback %r: a bot was published to the channel %r, and the handler returned no "
            "Audit; the channel will not have the bot",
            header.event_id,
            header.connector_id,
        )
    body = json_body({} if audit is None else audit.to_dict())
    return Answer(200, body, event=event)


def _is_async(handler: Handler | AsyncHandler) -> TypeIs[AsyncHandler]:
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(handler, "__call__", None)  # noqa: B004  # an object with an async __call__
    )

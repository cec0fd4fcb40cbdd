"""The client that generated methods call: the sync driver of the calls."""

from __future__ import annotations

from copy import copy
from time import sleep
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from coze_core._auth import BearerToken, credentials
from coze_core._call import download_call, stream_call, value_call
from coze_core._coze_error import no_stop_iteration
from coze_core._errors import APIConnectionError
from coze_core._http import ClientOptions, Transport
from coze_core._pages import first_page
from coze_core._settings import Settings, checked_settings
from coze_core._unset import UNSET, Unset

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self, Unpack

    from coze_core._auth import Token
    from coze_core._body import Body
    from coze_core._call import Attempt, Call
    from coze_core._deadline import HTTPTimeout
    from coze_core._downloads import Download
    from coze_core._errors import ErrorTable
    from coze_core._http import HTTPAuth, HTTPClient, HTTPFamily
    from coze_core._operation import (
        BatchOperation,
        Endpoint,
        ListOperation,
        Operation,
        StreamOperation,
    )
    from coze_core._pages import Page
    from coze_core._request import Parts
    from coze_core._response import Recorder, ResponseInfo
    from coze_core._streams import Stream

D = TypeVar("D")
E = TypeVar("E")
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class SyncClient:
    """Carries calls out.

    Args:
        base_url: What the paths of operations are added to.
        errors: The error codes of the API.
        user_agent: The User-Agent header where there is no ``http_client``.
        token: The bearer token, or a function that gives it before each request.
        auth: An authentication of httpx instead of a token.
        timeout: Seconds for each phase of a request, a timeout of httpx, or ``None`` for no limit.
            By default 60, 10 to connect, and 300 between the bytes of a stream.
        max_retries: How often a request is sent again at most.
        http_client: A client of httpx to send with; it is not closed here.
        headers: Headers to add to every request.
        http: The family of HTTP clients to send with; see `ClientOptions`, like the next two.
        proxy: A proxy.
        verify: How certificates are checked.
        keep_extra: Whether models keep what came beyond their fields.

    Attributes:
        tokens: Where the token of a request comes from, unless httpx authenticates.
        http_auth: An authentication of httpx, if that is so.
        settings: What was set; `with_settings` changes it.
        recorder: What notes the answers down, in a client that `recording` gave.

    Raises:
        CozeError: An argument makes no sense.
    """

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        *,
        base_url: str,
        errors: ErrorTable,
        user_agent: str,
        token: Token | None = None,
        auth: HTTPAuth | None = None,
        timeout: float | HTTPTimeout | Unset | None = UNSET,
        max_retries: int = 2,
        http_client: HTTPClient | None = None,
        headers: Mapping[str, str] | None = None,
        http: HTTPFamily | None = None,
        proxy: Any = None,
        verify: ssl.SSLContext | str | bool = True,
        keep_extra: bool = False,
    ) -> None:
        self.tokens, self.http_auth = credentials(token, auth)
        options = ClientOptions(user_agent, http, proxy, verify)
        self._transport = Transport(http_client, options)
        self._transport.check_auth(self.http_auth)
        self.settings = self._root = checked_settings(
            base_url=base_url,
            headers=headers,
            timeout=timeout,
            max_retries=max_retries,
            http_client=http_client,
            errors=errors,
            renewable=self.tokens is not None and self.tokens.renewable,
            keep_extra=keep_extra,
        )
        self.recorder: Recorder | None = None

    def with_settings(self, settings: Settings) -> Self:
        """Gives a client with other settings over the same connections."""
        clone = copy(self)
        clone.settings = settings
        return clone

    def authenticated(self, token: Token | None, auth: HTTPAuth | None) -> Self:
        """Return a client over the same connections with another authentication.

        Args:
            token: As for the client.
            auth: As for the client.

        Raises:
            CozeError: An argument makes no sense.
        """
        clone = copy(self)
        clone.tokens, clone.http_auth = credentials(token, auth)
        self._transport.check_auth(clone.http_auth)
        renewable = clone.tokens is not None and clone.tokens.renewable
        clone.settings = self.settings.authenticated(renewable=renewable)
        return clone

    def recording(self, recorder: Recorder) -> Self:
        """Gives a client over the same connections whose answers are recorded."""
        clone = copy(self)
        clone.recorder = recorder
        return clone

    def for_tokens(
        self,
        token: Token | None,
        *,
        secrets: Iterable[str] = (),
        max_retries: int | None = None,
    ) -> Self:
        """Gives a client over the same connections for requests that fetch tokens.

        It has the settings that this client was made with, and its answers are not recorded.

        Args:
            token: What goes into the Authorization header; without it there is none.
            secrets: What stands in the body and must not be repeated in errors.
            max_retries: As for the client; by default as this client was made.
        """
        settings = self._root.for_tokens(secrets).changed(max_retries=max_retries)
        clone = self.with_settings(settings)
        clone.tokens = None if token is None else BearerToken(token)
        clone.recorder = None
        return clone

    def call(self, operation: Operation[T], **parts: Unpack[Parts]) -> T:
        """Calls an operation and gives its result."""
        return self._value(operation, parts)[0]

    def list(self, operation: ListOperation[D, T], **parts: Unpack[Parts]) -> Page[T]:
        """Calls an operation and gives the page that it answers, which knows how to go on."""
        place = operation.paging.request

        def fetch(arguments: Mapping[str, object]) -> tuple[D, ResponseInfo]:
            return self._value(operation, cast("Parts", {**parts, place: arguments}))

        return first_page(operation, fetch, parts.get(place) or {})

    def batch(self, operation: BatchOperation[T], **parts: Unpack[Parts]) -> T:
        """Calls an operation as often as its values need, and joins the results."""
        from coze_core._request import groups, joined

        client = self.with_settings(self.settings.begun())
        results = [client.call(operation, **group) for group in groups(operation, parts)]
        return joined(operation, results)

    def stream(
        self,
        operation: StreamOperation[E],
        recover: tuple[Callable[..., Any], Callable[..., Any]] | None = None,
        **parts: Unpack[Parts],
    ) -> Stream[E, Any]:
        """Gives the stream of an operation; it sends the request when it is entered.

        Args:
            operation: The operation.
            recover: The methods that tell the rest of a broken stream: its subject, its items.
            parts: The arguments of the call.
        """
        from coze_core._recovery import Methods, Recoverer
        from coze_core._streams import Stream

        def open_body() -> tuple[Body, ResponseInfo]:
            settings = self.settings.begun()
            if recoverer and settings.deadline:
                recoverer.deadline = settings.deadline.at
            return self._run(stream_call(operation, parts, settings))

        recoverer = None
        if operation.recovery and recover:
            patience = self.settings.timeouts.stream.read
            recoverer = Recoverer[E](operation.recovery, Methods(*recover), patience)
        return Stream(
            operation,
            open_body,
            self.settings.errors,
            recoverer,
            self.settings.max_response_bytes,
            keep_extra=self.settings.keep_extra,
        )

    def download(self, endpoint: Endpoint, **parts: Unpack[Parts]) -> Download:
        """Calls an operation and gives the file that it answers, still unread."""
        from coze_core._downloads import Download

        body, response = self._run(download_call(endpoint, parts, self.settings))
        return Download(body, self._recorded(response))

    def close(self) -> None:
        """Closes the connections, unless they are those of a given ``http_client``."""
        self._transport.close()

    def _value(self, operation: Operation[T], parts: Parts) -> tuple[T, ResponseInfo]:
        value, response = self._run(value_call(operation, parts, self.settings))
        return value, self._recorded(response)

    def _recorded(self, response: ResponseInfo) -> ResponseInfo:
        if self.recorder:
            self.recorder.record(response)
        return response

    def _token(self, attempt: Attempt) -> str | None:
        if self.tokens is None or "authorization" in attempt.request.headers:
            return None
        with no_stop_iteration("The token function or authentication"):
            return self.tokens.header(self, attempt.rejected)

    def _run(self, call: Call[Body, R]) -> R:
        try:
            attempt = next(call)
            while True:
                if attempt.pause:
                    sleep(attempt.pause)
                token = self._token(attempt)
                try:
                    if attempt.request.deadline:
                        attempt.request.deadline.limit(attempt.request)
                    with no_stop_iteration("A hook, transport or file"):
                        reply = self._transport.exchange(attempt.request, token, self.http_auth)
                except APIConnectionError as error:
                    attempt = call.throw(error)
                else:
                    attempt = call.send(reply)
        except StopIteration as end:
            return cast("R", end.value)

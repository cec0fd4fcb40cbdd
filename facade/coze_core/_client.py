"""What both clients are, apart from driving calls: settings, and clones that share connections."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from coze_core._auth import AsyncToken, BearerToken, credentials
from coze_core._http._clients import ClientOptions
from coze_core._lazy import UNSET, Unset
from coze_core._settings import Settings, checked_settings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping
    from typing import Self

    from coze_core._deadline import HTTPTimeout
    from coze_core._errors import ErrorTable
    from coze_core._http._async import AsyncTransport
    from coze_core._http._family import AsyncHTTPClient, HTTPAuth, HTTPClient, HTTPFamily
    from coze_core._http._sync import Transport
    from coze_core._iteration import Recoverer, RecoveryMethods
    from coze_core._operation import StreamOperation
    from coze_core._response import Recorder

E = TypeVar("E")
TokenT = TypeVar("TokenT", bound=AsyncToken)
ClientT = TypeVar("ClientT", bound="HTTPClient | AsyncHTTPClient")
TransportT = TypeVar("TransportT", bound="Transport | AsyncTransport")


class BaseClient(Generic[TokenT, ClientT, TransportT]):
    """Settings, authentication and connections of a client.

    Args:
        base_url: What the paths of operations are added to.
        errors: The error codes of the API.
        user_agent: The User-Agent header where there is no ``http_client``.
        token: The bearer token, or a function that returns it before each request.
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
        websocket_url: What the paths of sockets are added to; by default as the operations say.

    Attributes:
        tokens: Where the token of a request comes from, unless httpx authenticates.
        http_auth: An authentication of httpx, if that is so.
        settings: What was set; `with_settings` changes it.

    Raises:
        CozeError: An argument makes no sense.
    """

    _transport_class: ClassVar[Any]

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        *,
        base_url: str,
        errors: ErrorTable,
        user_agent: str,
        token: TokenT | None = None,
        auth: HTTPAuth | None = None,
        timeout: float | HTTPTimeout | Unset | None = UNSET,
        max_retries: int = 2,
        http_client: ClientT | None = None,
        headers: Mapping[str, str] | None = None,
        http: HTTPFamily | None = None,
        proxy: Any = None,
        verify: ssl.SSLContext | str | bool = True,
        keep_extra: bool = False,
        websocket_url: str | None = None,
    ) -> None:
        self.tokens, self.http_auth = credentials(token, auth)
        options = ClientOptions(user_agent, http, proxy, verify)
        self._transport: TransportT = self._transport_class(http_client, options)
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
            websocket_url=websocket_url,
        )

    def with_settings(self, settings: Settings) -> Self:
        """Return a client with other settings over the same connections."""
        clone = object.__new__(type(self))
        vars(clone).update(vars(self), settings=settings)
        return clone

    def authenticated(self, token: TokenT | None, auth: HTTPAuth | None) -> Self:
        """Return a client over the same connections with another authentication.

        Raises:
            CozeError: An argument makes no sense.
        """
        clone = copy(self)
        clone.tokens, clone.http_auth = credentials(token, auth)
        self._transport.check_auth(clone.http_auth)
        renewable = clone.tokens is not None and clone.tokens.renewable
        clone.settings = self.settings.authenticated(renewable=renewable)
        return clone

    @property
    def recorder(self) -> Recorder | None:
        """What keeps the response of a call, in a client that `recording` returned."""
        return self.settings.recorder

    def recording(self, recorder: Recorder) -> Self:
        """Return a client over the same connections whose responses are recorded."""
        return self.with_settings(self.settings._replace(recorder=recorder))

    def for_tokens(
        self,
        token: TokenT | None,
        *,
        secrets: Iterable[str] = (),
        max_retries: int | None = None,
    ) -> Self:
        """Return a client over the same connections for requests that fetch tokens.

        It has the settings that this client was made with, and its responses are not recorded.

        Args:
            token: What goes into the Authorization header; without it there is none.
            secrets: What stands in the body and must not be repeated in errors.
            max_retries: As for the client; by default as this client was made.
        """
        settings = self._root.for_tokens(secrets).changed(max_retries=max_retries)
        clone = self.with_settings(settings)
        clone.tokens = None if token is None else BearerToken(token)
        return clone

    def _recoverer(
        self,
        operation: StreamOperation[E],
        recover: RecoveryMethods | None,
    ) -> Recoverer[E] | None:
        from coze_core._iteration import Recoverer

        if operation.recovery is None or recover is None:
            return None
        return Recoverer(operation.recovery, recover, self.settings.timeouts.stream.read)

    def _begun(self, recoverer: Recoverer[E] | None) -> Settings:
        """Return the settings of a stream whose deadline begins now, also for its recovery."""
        settings = self.settings.begun()
        if recoverer and settings.deadline:
            recoverer.deadline = settings.deadline.at
        return settings

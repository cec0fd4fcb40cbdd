"""The two clients. Every program loads this module, so it imports nothing heavy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping  # hints resolve
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import coze_core as core  # hints resolve at run time
from coze_client._requests import AsyncRequests, Requests
from coze_core._lazy import UNSET, Later, Unset

if TYPE_CHECKING:
    import ssl

    from coze_client._jobs.chat import AsyncChat, Chat
    from coze_client._jobs.files import AsyncFiles, Files
    from coze_client._jobs.tasks import (
        AsyncBillTasks,
        AsyncCopyTasks,
        AsyncDatasets,
        BillTasks,
        CopyTasks,
        Datasets,
    )
    from coze_client._jobs.workflows import AsyncWorkflows, Workflows
    from coze_core import _sync
    from coze_core._http import _family
else:
    # Hints resolve at run time, and load what they mention only then.
    ssl = Later("ssl")
    _family, _sync = Later("coze_core._http._family"), Later("coze_core._sync")


class Coze(Requests):
    """The Coze API. May be used from several threads.

    `close` it, or use it in a ``with`` statement.

    Args:
        token: A personal access token or another bearer token, or a function that returns one
            before each request. By default the environment variable ``COZE_API_TOKEN``.
        auth: Instead of a token: one of this package, such as `JWTAuth`, which fetches and renews
            its tokens, or any authentication of httpx.
        base_url: Where the API is: by default the environment variable ``COZE_API_BASE``, else
            ``https://api.coze.cn``.
        timeout: Seconds for each phase of a request (connect, write, read, waiting for a free
            connection), an `httpx.Timeout`, or ``None`` for no limit. By default 60 seconds, 10 to
            connect, and 300 between the bytes of a stream, pings included.
        max_retries: How often a failed request is sent again at most, where that does no harm.
        http_client: A client of httpx or httpx2 to send with: its transport, proxies, hooks,
            headers, cookies and parameters count, and redirects within their origin. It is not
            closed here.
        headers: Headers to add to every request.
        http: What to send with, ``"httpx"`` or ``"httpx2"``; by default ``COZE_HTTP``, else httpx.
        proxy: The URL of a proxy, or an `httpx.Proxy`; by default those of the environment count.
        verify: ``False`` not to check certificates, a file or folder of them, or an `SSLContext`.
        keep_extra: Whether models keep what the document lacks, in ``extra`` and `to_dict()`, and
            nulls in `to_dict()`; decoding then takes some ten times as long.
        websocket_url: Where sockets are, if not where the API document says, or at ``base_url``.

    Raises:
        CozeError: There is no token, or an argument makes no sense.
    """

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        token: core.Token | None = None,
        *,
        auth: core.HTTPAuth | None = None,
        base_url: str | None = None,
        timeout: float | core.HTTPTimeout | Unset | None = UNSET,
        max_retries: int = 2,
        http_client: core.HTTPClient | None = None,
        headers: Mapping[str, str] | None = None,
        http: _family.HTTPFamily | None = None,
        proxy: Any = None,
        verify: ssl.SSLContext | str | bool = True,
        keep_extra: bool = False,
        websocket_url: str | None = None,
    ) -> None:
        from coze_client import _defaults  # noqa: PLC0415  # httpx comes with the first client
        from coze_core import SyncClient  # noqa: PLC0415  # as above

        _defaults.configure_logging()
        if token is None and auth is None:
            token = _defaults.token(http_client, headers)
        client = SyncClient(
            base_url=_defaults.base_url(base_url, auth),
            errors=_defaults.ERRORS,
            user_agent=_defaults.USER_AGENT,
            token=token,
            auth=auth,
            timeout=timeout,
            max_retries=max_retries,
            http_client=http_client,
            headers=headers,
            http=http,
            proxy=proxy,
            verify=verify,
            keep_extra=keep_extra,
            websocket_url=websocket_url,
        )
        super().__init__(client)

    @cached_property
    def bill_tasks(self) -> BillTasks:
        """The resource ``bill_tasks``."""
        from coze_client._jobs.tasks import BillTasks  # noqa: PLC0415  # loaded when it is used

        return BillTasks(self._client)

    @cached_property
    def chat(self) -> Chat:
        """The resource ``chat``."""
        from coze_client._jobs.chat import Chat  # noqa: PLC0415  # loaded when it is used

        return Chat(self._client)

    @cached_property
    def copy_tasks(self) -> CopyTasks:
        """The resource ``copy_tasks``."""
        from coze_client._jobs.tasks import CopyTasks  # noqa: PLC0415  # loaded when it is used

        return CopyTasks(self._client)

    @cached_property
    def datasets(self) -> Datasets:
        """The resource ``datasets``."""
        from coze_client._jobs.tasks import Datasets  # noqa: PLC0415  # loaded when it is used

        return Datasets(self._client)

    @cached_property
    def files(self) -> Files:
        """The resource ``files``."""
        from coze_client._jobs.files import Files  # noqa: PLC0415  # loaded when it is used

        return Files(self._client)

    @cached_property
    def workflows(self) -> Workflows:
        """The resource ``workflows``."""
        from coze_client._jobs.workflows import Workflows  # noqa: PLC0415  # loaded when it is used

        return Workflows(self._client)

    def with_options(  # noqa: PLR0913  # one argument for each option
        self,
        *,
        timeout: float | core.HTTPTimeout | Unset | None = UNSET,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        max_response_bytes: int | None = None,
        deadline: float | Unset | None = UNSET,
        token: core.Token | None = None,
        auth: core.HTTPAuth | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: Mapping[str, object] | None = None,
        keep_extra: bool | None = None,
    ) -> Self:
        """Return a copy of this client with other options, over the same connections.

        Args:
            timeout: As for the client; a given one applies to calls and streams alike.
            max_retries: As for the client.
            headers: Headers to add to those of the client.
            max_response_bytes: The longest answer of a call, and the longest event of a stream or
                socket: 64 MiB by default. Whole streams and downloads have no limit.
            deadline: Seconds for the whole of a call, with its retries, pauses and the token that
                it may have to fetch first; each page of a list is a call. Also for the whole of a
                stream or download, and for opening a socket. Then an `APITimeoutError` is raised.
                `AsyncCoze` is exact. `Coze` looks at the clock between attempts and chunks, and
                gives no phase of an attempt more than what was left at its beginning: a slow
                server can make it wait some times as long. ``None`` for no deadline.
            token: As for the client, instead of its token or authentication.
            auth: As for the client, likewise. So tenants share connections and the queue of calls.
            extra_query: What to add to every query, for what no argument has; arguments prevail.
            extra_body: What to add to the fields of every body of a POST, PUT or PATCH, likewise.
            keep_extra: As for the client.

        Raises:
            CozeError: An argument makes no sense.
        """
        client = self._client
        if token is not None or auth is not None:
            from coze_client import _defaults  # noqa: PLC0415  # it is loaded already

            _defaults.base_url(client.settings.base_url, auth)
            client = client.authenticated(token, auth)
        settings = client.settings.changed(
            timeout=timeout,
            max_retries=max_retries,
            headers=headers,
            max_response_bytes=max_response_bytes,
            deadline=deadline,
            extra_query=extra_query,
            extra_body=extra_body,
            keep_extra=keep_extra,
        )
        return self._rebound(client.with_settings(settings))

    def with_response(
        self, method: Callable[_sync.P, _sync.R], /, *args: _sync.P.args, **kwargs: _sync.P.kwargs
    ) -> core.Response[_sync.R]:
        """Call a method, and return its result together with status, headers, log id and body.

        As in ``coze.with_response(coze.bots.update, bot_id="...", name="...").logid``. Where the
        method sends several requests, they are those of the first one.

        Args:
            method: A method of this client, without its parentheses; not one that streams.
            args: The arguments of the method.
            kwargs: The arguments of the method.

        Raises:
            CozeError: ``method`` is something else, or what the method itself raises.
        """
        from coze_core import with_response  # noqa: PLC0415  # loaded when it is used

        return with_response(method, *args, **kwargs)

    def close(self) -> None:
        """Close the connections, unless they are those of a given ``http_client``."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._client.settings.base_url!r})"


class AsyncCoze(AsyncRequests):
    """The Coze API for asyncio and trio.

    Sends 100 calls at a time, and up to 1,000 streams and downloads beside them; further calls wait
    for their turn. It may be used in any number of event loops, each with connections of its own.
    `aclose` it, or use it in an ``async with`` statement.

    Args:
        token: As for `Coze`, like all others; the function may be async.
        http_client: An `httpx.AsyncClient` to send with, which serves one event loop.

    Raises:
        CozeError: There is no token, or an argument makes no sense.
    """

    def __init__(  # noqa: PLR0913  # one argument for each setting
        self,
        token: core.AsyncToken | None = None,
        *,
        auth: core.HTTPAuth | None = None,
        base_url: str | None = None,
        timeout: float | core.HTTPTimeout | Unset | None = UNSET,
        max_retries: int = 2,
        http_client: core.AsyncHTTPClient | None = None,
        headers: Mapping[str, str] | None = None,
        http: _family.HTTPFamily | None = None,
        proxy: Any = None,
        verify: ssl.SSLContext | str | bool = True,
        keep_extra: bool = False,
        websocket_url: str | None = None,
    ) -> None:
        from coze_client import _defaults  # noqa: PLC0415  # httpx comes with the first client
        from coze_core import AsyncClient  # noqa: PLC0415  # as above

        _defaults.configure_logging()
        if token is None and auth is None:
            token = _defaults.token(http_client, headers)
        client = AsyncClient(
            base_url=_defaults.base_url(base_url, auth),
            errors=_defaults.ERRORS,
            user_agent=_defaults.USER_AGENT,
            token=token,
            auth=auth,
            timeout=timeout,
            max_retries=max_retries,
            http_client=http_client,
            headers=headers,
            http=http,
            proxy=proxy,
            verify=verify,
            keep_extra=keep_extra,
            websocket_url=websocket_url,
        )
        super().__init__(client)

    @cached_property
    def bill_tasks(self) -> AsyncBillTasks:
        """The resource ``bill_tasks``."""
        from coze_client._jobs.tasks import AsyncBillTasks  # noqa: PLC0415  # loaded when it is used

        return AsyncBillTasks(self._client)

    @cached_property
    def chat(self) -> AsyncChat:
        """The resource ``chat``."""
        from coze_client._jobs.chat import AsyncChat  # noqa: PLC0415  # loaded when it is used

        return AsyncChat(self._client)

    @cached_property
    def copy_tasks(self) -> AsyncCopyTasks:
        """The resource ``copy_tasks``."""
        from coze_client._jobs.tasks import AsyncCopyTasks  # noqa: PLC0415  # loaded when it is used

        return AsyncCopyTasks(self._client)

    @cached_property
    def datasets(self) -> AsyncDatasets:
        """The resource ``datasets``."""
        from coze_client._jobs.tasks import AsyncDatasets  # noqa: PLC0415  # loaded when it is used

        return AsyncDatasets(self._client)

    @cached_property
    def files(self) -> AsyncFiles:
        """The resource ``files``."""
        from coze_client._jobs.files import AsyncFiles  # noqa: PLC0415  # loaded when it is used

        return AsyncFiles(self._client)

    @cached_property
    def workflows(self) -> AsyncWorkflows:
        """The resource ``workflows``."""
        from coze_client._jobs.workflows import AsyncWorkflows  # noqa: PLC0415  # loaded when it is used

        return AsyncWorkflows(self._client)

    def with_options(  # noqa: PLR0913  # one argument for each option
        self,
        *,
        timeout: float | core.HTTPTimeout | Unset | None = UNSET,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        max_response_bytes: int | None = None,
        deadline: float | Unset | None = UNSET,
        token: core.AsyncToken | None = None,
        auth: core.HTTPAuth | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: Mapping[str, object] | None = None,
        keep_extra: bool | None = None,
    ) -> Self:
        """As `Coze.with_options`."""
        client = self._client
        if token is not None or auth is not None:
            from coze_client import _defaults  # noqa: PLC0415  # it is loaded already

            _defaults.base_url(client.settings.base_url, auth)
            client = client.authenticated(token, auth)
        settings = client.settings.changed(
            timeout=timeout,
            max_retries=max_retries,
            headers=headers,
            max_response_bytes=max_response_bytes,
            deadline=deadline,
            extra_query=extra_query,
            extra_body=extra_body,
            keep_extra=keep_extra,
        )
        return self._rebound(client.with_settings(settings))

    async def with_response(
        self,
        method: Callable[_sync.P, Awaitable[_sync.R]],
        /,
        *args: _sync.P.args,
        **kwargs: _sync.P.kwargs,
    ) -> core.Response[_sync.R]:
        """As `Coze.with_response`, to be awaited."""
        from coze_core import awith_response  # noqa: PLC0415  # as above

        return await awith_response(method, *args, **kwargs)

    async def aclose(self) -> None:
        """As `Coze.close`."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._client.settings.base_url!r})"

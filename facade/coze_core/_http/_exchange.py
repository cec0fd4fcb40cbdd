"""What both transports share: how a request goes out, and the body of its answer."""

from __future__ import annotations

import logging
import zlib
from contextlib import suppress
from sys import is_finalizing
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast
from weakref import WeakKeyDictionary

from coze_core._coze_error import CozeError
from coze_core._encoding import header_map
from coze_core._fork import never_close, reset_in_children
from coze_core._http._clients import ClientOptions, build_request, build_request_fast, make_client
from coze_core._http._errors import (
    SWITCHING,
    is_upgrade,
    map_exceptions,
    too_long,
    unknown_encoding,
)
from coze_core._http._family import (
    AsyncHTTPClient,
    HTTPAuth,
    HTTPClient,
    chosen_family,
    origin,
)
from coze_core._response import RawResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import ExitStack
    from typing import Self

    import anyio

    from coze_core._encoding import HeaderMap
    from coze_core._errors import APIConnectionError
    from coze_core._http._family import Family
    from coze_core._request import Request

B = TypeVar("B")
C = TypeVar("C", HTTPClient, AsyncHTTPClient)

_GZIP = 16 + zlib.MAX_WBITS
# Bytes to unpack at a time, since a small chunk may unpack to a thousand times its size.
_STEP = 64 * 1024
# What is read of a body that nobody wants, to save its connection. A server that is going to end it
# does so at once.
DRAIN_SECONDS = 0.05
DRAIN_BYTES = 64 * 1024


class GzipDecoder:
    """Unpacks one gzip stream, of one member or several, which zeros may follow.

    Attributes:
        packed: How many bytes were fed.
    """

    def __init__(self) -> None:
        self.packed = 0
        self._member = zlib.decompressobj(_GZIP)
        self._inside = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Iterate over what packed bytes, cut anywhere, unpack to, in chunks of a bounded size.

        Raises:
            zlib.error: This is not gzip.
        """
        self.packed += len(chunk)
        more = False  # whether the decompressor may hold back a part of what it has taken
        while (chunk := chunk if self._inside else chunk.lstrip(b"\0")) or more:
            member = self._member
            unpacked = member.decompress(chunk, _STEP)
            chunk = member.unused_data if member.eof else member.unconsumed_tail
            more = not member.eof and len(unpacked) == _STEP
            self._inside = not member.eof
            if member.eof:
                self._member = zlib.decompressobj(_GZIP)
            yield unpacked

    def iter(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Iterate over what all the chunks unpack to.

        Raises:
            zlib.error: They are not gzip.
            EOFError: They were cut short.
        """
        for chunk in chunks:
            yield from self.feed(chunk)
        self.end()

    def end(self) -> None:
        """Check that the stream is complete.

        Raises:
            EOFError: It was cut short.
        """
        if self._inside:
            raise EOFError("the compressed body is incomplete")


class BodyBase:
    """A body that is released when it is garbage-collected, if not before.

    That happens in a thread of its own: a garbage collection may run at any time, also while its
    thread holds the lock of the connection pool.
    """

    _released = False
    _inherited = False

    def __init__(
        self, family: Family, client: Any, response: Any, request: Request, limit: float
    ) -> None:
        self.stopped = False
        self._client = client
        self._response = response
        self._request = request
        self._limit = limit
        self._left = limit
        self._gzip: GzipDecoder | None = None
        self._mapped = map_exceptions(family, request)
        # By what is not an error: then httpx may have lost the connection.
        self._interrupted = False

    def __del__(self) -> None:
        # While the interpreter ends, a new thread would never run, and be waited for.
        if not (self._released or self._inherited or is_finalizing()):
            with suppress(RuntimeError):  # as later versions of Python put it
                Thread(target=self._release_on_gc, daemon=True).start()

    def _release_on_gc(self) -> None:
        raise NotImplementedError

    @property
    def stream(self) -> Any:
        """The connection, as httpcore has it; ``None`` where a transport gives no access."""
        return self._response.extensions.get("network_stream")

    @property
    def secret(self) -> str:
        return secret_of(self._response.request)

    def explain(self, error: CozeError) -> None:
        from coze_core._report import attach_context

        attach_context(error, self._request, self.secret)

    def reset_after_fork(self) -> None:
        self._inherited = True
        never_close(self._response)

    def _check_usable(self) -> None:
        if self._inherited:
            raise self._misuse("another process opened it. Make the call in this process")
        if self._released:
            raise self._misuse("it was closed. Make the call again")

    def _misuse(self, reason: str) -> CozeError:
        return CozeError(
            f"{self._request.operation}: the answer cannot be read, for {reason}. "
            f"[{self._request.info}]"
        )

    def _checked(self, chunk: bytes) -> bytes:
        if self._released or self._inherited:  # what was closed meanwhile may seem to have ended
            self._check_usable()
        self._left -= len(chunk)
        # Packed bytes count as well, since they may unpack to nothing for ever.
        if self._left < 0 or (self._gzip and self._gzip.packed > self._limit):
            raise too_long(self._response.status_code, self._request)
        if (deadline := self._request.deadline) and not deadline.left:
            raise deadline.error(self._request)
        return chunk

    def _is_read_raw(self) -> bool:
        """Decide whether the body is read as it comes, and what unpacks it then.

        A cut gzip is a success for httpx, and a small one may fill the memory, so gzip is unpacked
        here. Nothing else was asked for. But a response hook of the user may have read the body,
        and so unpacked it.
        """
        if self._response.is_stream_consumed:
            return False
        encoding = self._response.headers.get("content-encoding", "identity").strip().lower()
        if encoding in {"gzip", "x-gzip"}:
            self._gzip = GzipDecoder()
        elif encoding not in {"identity", ""}:
            raise unknown_encoding(self._response.status_code, encoding, self._request)
        return True

    @property
    def _has_own_connection(self) -> bool:
        return self._response.extensions.get("http_version") == b"HTTP/1.1"


class _Binding:
    """What a client of the user's is bound to, whoever sends with it: a process, an event loop."""

    def __init__(self) -> None:
        self.inherited = False
        self.loop: object = None
        self.queue: anyio.Semaphore | None = None

    def reset_after_fork(self) -> None:
        self.inherited = True


_bindings: WeakKeyDictionary[object, _Binding] = WeakKeyDictionary()


class TransportBase(Generic[C]):
    """What the transports share: the requests of an httpx client, and how it sends them."""

    def __init__(
        self, kind: Literal["Client", "AsyncClient"], given: C | None, options: ClientOptions
    ) -> None:
        self._family = chosen_family(options.http, given, kind)
        self._kind: Literal["Client", "AsyncClient"] = kind
        self._options = options
        self._own = given is None
        self._closed = False
        self._lock = Lock()
        self._for_sockets: Self | None = None
        if given is None:
            client = self._made()
            self._client: C | None = client
            self._fields: HeaderMap = header_map(client.headers)
            reset_in_children(self)
            return
        if options.proxy is not None or options.verify is not True:
            raise CozeError(
                "proxy= and verify= are for a client that is made here. Give them to http_client."
            )
        self._client = given
        self._binding = _bindings.setdefault(given, _Binding())
        reset_in_children(self._binding)

    def check_auth(self, auth: HTTPAuth | None) -> None:
        """Check that an authentication of httpx suits the family of the client.

        Raises:
            CozeError: It does not.
        """
        if auth is not None and not isinstance(auth, self._family.httpx.Auth):
            name = self._family.httpx.__name__
            raise CozeError(
                f"auth must be an {name}.Auth, as requests are sent with {name}, or one of "
                f"coze_client, got {type(auth).__name__}."
            )

    def for_sockets(self) -> Self:
        """Return what sends the handshakes of sockets: over other connections than those of calls.

        A client of the user's sends both.
        """
        if not self._own:
            return self
        with self._lock:
            self._check_open(self._client)
            if self._for_sockets is None:
                self._for_sockets = cast("Any", type(self))(None, self._options)
            return cast("Self", self._for_sockets)

    def reset_after_fork(self) -> None:
        never_close(self._client)
        self._client = None
        self._lock = Lock()
        never_close(self._for_sockets)
        self._for_sockets = None

    def _made(self) -> Any:
        return make_client(self._family, self._kind, self._options)

    def _check_open(self, client: C | None) -> None:
        if self._closed or (client is not None and client.is_closed):
            raise CozeError(
                "The client is closed. Make the call before close(), or make a new client."
            )
        if not self._own and self._binding.inherited:
            raise CozeError(
                "http_client was made in another process, which uses its connections. Make a "
                "client of httpx in each process, or leave http_client out."
            )

    def _build(self, client: C, request: Request, token: str | None, files: ExitStack) -> Any:
        if self._own and not request.form:
            return build_request_fast(self._family, self._fields, request, token)
        return build_request(self._family, client, request, token, files)

    def _send_options(
        self, request: Request, token: str | None, auth: HTTPAuth | None
    ) -> dict[str, Any]:
        by_default = None if self._own else self._family.httpx.USE_CLIENT_DEFAULT
        return {
            "stream": True,
            "auth": None if token or request.is_token_request else auth or by_default,
            "follow_redirects": False,
        }

    def _direct(self, client: Any, options: dict[str, Any]) -> Any:
        """Return the transport to send over, unless there is something for the client to do.

        For it looks for hooks, authentication, cookies and proxies with each request, and logs it.
        """
        needed = options["auth"] is not None or self._family.log.isEnabledFor(logging.INFO)
        return client.direct if self._own and not needed else None

    def _redirected(self, client: Any, request: Request, response: Any) -> Any:
        """Return the request that a redirect leads to within its origin, or ``None``.

        Beyond it, nothing is followed, as every header of the user's would go there.
        """
        follows = request.method == "GET" if self._own else client.follow_redirects
        if not follows or request.is_token_request or is_upgrade(request):
            return None
        redirect, sent = response.next_request, response.request
        if self._own and response.has_redirect_location:
            httpx, about = self._family.httpx, {"headers": sent.headers, "stream": sent.stream}
            with suppress(*self._family.hopeless, *self._family.lost):  # it leads to no URL
                place = httpx.URL(response.headers["location"])
                if place.host or not place.scheme:
                    url, extensions = sent.url.join(place), sent.extensions
                    redirect = httpx.Request(sent.method, url, **about, extensions=extensions)
        if redirect is None or origin(redirect.url) != origin(sent.url):
            return None
        return redirect

    def _hopped(self, client: Any, redirect: Any, hops: int) -> int:
        if hops > client.max_redirects:
            raise self._family.httpx.TooManyRedirects("more than allowed", request=redirect)
        return hops + 1

    def _failed(self, request: Request, error: APIConnectionError) -> CozeError:
        if not self._closed:
            return error
        return CozeError(
            f"{request.operation}: the client was closed during this call. The API may have done "
            f"the work. [{request.info}]"
        )


def stays_open(request: Request, response: Any) -> bool:
    if is_upgrade(request):
        return response.status_code == SWITCHING
    if request.keep_open is None or not response.is_success:
        return False
    media_type = response.headers.get("content-type", "").partition(";")[0]
    return request.keep_open(media_type.strip().lower())


def raw_response(sent: Any, response: Any, body: bytes, live: B | None) -> RawResponse[B]:
    return RawResponse(response.status_code, response.headers, body, live, secret_of(sent))


def secret_of(sent: Any) -> str:
    """Return the token of a request, which no report may show."""
    header: str = sent.headers.get("authorization", "")
    return header.rpartition(" ")[2]

"""The kinds of calls that faults meet, sync and async alike."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.core.scripted_server import answer, ok
from tests.core.things import GET, LIST, POST, SEARCH, SOUND, UPLOAD, WATCH
from tests.families import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.core.conftest import Runner
    from tests.core.scripted_server import Act, ScriptedServer

PATH = {"thing_id": "1"}
DONE = ok({"id": "1"})
FIRST_PAGE = ok({"items": [{"id": "1"}, {"id": "2"}], "total": 4})
LAST_PAGE = ok({"items": [{"id": "3"}, {"id": "4"}], "total": 4})
EVENTS = b'event: usage\ndata: {"token_count": 7}\n\nevent: done\ndata: x\n\n'
CONTENT = b"sound " * 9


TLS = httpx.create_ssl_context()  # made once, as it is slow to make


class Shape(NamedTuple):
    """A kind of call.

    Attributes:
        before: What the server answers until the call of interest.
        good: What it answers to that in good times.
        prepare: Given the runner and the client, gives the call of interest.
        repeatable: Whether the call may be sent twice.
    """

    before: tuple[Act, ...]
    good: Act
    prepare: Callable[[Runner, Any], Callable[[], Any]]
    repeatable: bool


def pool_of_one(run: Runner, server: ScriptedServer, **options: Any) -> Any:
    """Return a client of a single connection, which the next call misses if it is not given back."""
    http_client = run.httpx_client(verify=TLS, limits=httpx.Limits(max_connections=1))
    options.setdefault("timeout", httpx.Timeout(5, read=options.pop("read", 5)))
    return run.client(server, http_client=http_client, **options)


def patient(client: Any) -> Any:
    """Return the same client, for calls that are to succeed."""
    return client.with_settings(client.settings.changed(timeout=5))


def open_stream(run: Runner, client: Any) -> Any:
    return run.enter(client.stream(WATCH, body={}))


def events_of(run: Runner, stream: Any) -> tuple[list[Any], Exception | None]:
    """Return what a stream gives until it ends, and how it ends; it is closed then."""
    events: list[Any] = []
    try:
        while True:
            events.append(run.next(stream))
    except (StopIteration, StopAsyncIteration):
        return events, None
    except Exception as error:  # noqa: BLE001  # it is the result
        return events, error
    finally:
        run.close(stream)


def first_page(run: Runner, client: Any) -> Any:
    return run(client.list, LIST)


def good_call(run: Runner, client: Any) -> Any:
    return run(client.call, GET, path=PATH)


SHAPES: dict[str, Shape] = {
    "get": Shape((), DONE, lambda run, client: lambda: good_call(run, client), repeatable=True),
    "post": Shape(
        (), DONE, lambda run, client: lambda: run(client.call, POST, body={}), repeatable=False
    ),
    "idempotent post": Shape(
        (), DONE, lambda run, client: lambda: run(client.call, SEARCH, body={}), repeatable=True
    ),
    "page": Shape(
        (FIRST_PAGE,),
        LAST_PAGE,
        lambda run, client: partial(run, first_page(run, client).next_page),
        repeatable=True,
    ),
    "upload": Shape(
        (),
        DONE,
        lambda run, client: lambda: run(client.call, UPLOAD, files={"file": b"x" * 1000}),
        repeatable=False,
    ),
    "stream": Shape(
        (),
        answer(body=EVENTS, kind="text/event-stream"),
        lambda run, client: lambda: run.close(open_stream(run, client)),
        repeatable=False,
    ),
    "download": Shape(
        (),
        answer(body=CONTENT, kind="audio/mpeg"),
        lambda run, client: lambda: run(run(client.download, SOUND).read),
        repeatable=True,
    ),
}
JSON_SHAPES = [name for name in SHAPES if name not in {"stream", "download"}]
